module pipespec.dev/pipespec

go 1.25.5
