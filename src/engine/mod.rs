//! From a folder to a report: discovery, reading, running, suppressions, fixes.
