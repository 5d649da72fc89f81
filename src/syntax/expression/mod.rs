//! `rules:if` expressions, as GitLab's lexer and parser read them.
