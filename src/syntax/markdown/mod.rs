//! The Markdown that specs and task lists are written in.
