//! Dockerfiles after BuildKit's rules: instructions, flags, heredocs, continuations, with byte spans.
