module pipespec.dev/pipespec/ci

go 1.25.5
