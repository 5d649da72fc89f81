//! Rules on commands see them wherever a script has them, and leave shells alone that they do not know.

use pipespec::engine::{CheckOptions, Project, Selection, analyze};
use pipespec::rules::catalog;

/// The lines on which a rule reports something.
fn lines(rule: &str, dockerfile: &str) -> Vec<u32> {
    let selection = Selection { select: vec![rule.to_owned()], ..Selection::default() };
    let options = CheckOptions { selection, ..CheckOptions::default() };
    let project = Project::in_memory([("Dockerfile", dockerfile.to_owned())], options)
        .expect("no configuration");
    let catalog = catalog();
    let report = analyze(&project, &catalog);
    let line = |finding: &pipespec::rule::Finding| {
        report.sources.get(finding.at.source).lines().line(finding.at.span.start) + 1
    };
    report.findings.iter().map(line).collect()
}

/// Complaints about the forms in which a rule does not report on just this line.
fn complaints<'f>(rule: &str, forms: impl IntoIterator<Item = (&'f str, u32)>) -> String {
    let forms = forms.into_iter();
    let found = forms.map(|(form, line)| (form, line, lines(rule, form)));
    let wrong = found.filter(|(_, line, found)| match line {
        0 => !found.is_empty(),
        line => *found != [*line],
    });
    wrong
        .map(|(form, line, found)| format!("{rule}: {found:?}, not {line}, in\n{form}\n"))
        .collect()
}

#[test]
fn package_commands_are_seen_wherever_they_stand() {
    let forms = [
        ("FROM debian:12\nRUN if true; then apt-get install git; fi", 2),
        ("FROM debian:12\nRUN if apt-get install git; then :; fi", 2),
        ("FROM debian:12\nRUN true || { apt-get install git; }", 2),
        ("FROM debian:12\nRUN (apt-get install git)", 2),
        ("FROM debian:12\nRUN for p in git vim; do apt-get install $p; done", 2),
        ("FROM debian:12\nRUN while read p; do apt-get install $p; done < list", 2),
        ("FROM debian:12\nRUN until apt-get install git; do sleep 1; done", 2),
        ("FROM debian:12\nRUN case x in x) apt-get install git ;; esac", 2),
        ("FROM debian:12\nRUN get() { apt-get install \"$@\"; }; get git", 2),
        ("FROM debian:12\nRUN echo $(apt-get install git)", 2),
        ("FROM debian:12\nRUN echo `apt-get install git`", 2),
        ("FROM debian:12\nRUN apt-get install git > /dev/null 2>&1", 2),
        ("FROM debian:12\nRUN apt-get install git | tee log", 2),
        ("FROM debian:12\nRUN ! apt-get install git", 2),
        ("FROM debian:12\nRUN apt-get install git &", 2),
        (
            "FROM debian:12\nRUN set -eux; \\\n    # why\n    apt-get install \\\n      git; \\\n    true",
            4,
        ),
        ("FROM debian:12\nRUN sh -c 'apt-get install git'", 2),
        ("FROM debian:12\nRUN bash -euxc \"apt-get update && apt-get install git\"", 2),
        ("FROM debian:12\nRUN su -c 'apt-get install git'", 2),
        ("FROM debian:12\nRUN eval 'apt-get install git'", 2),
        ("FROM debian:12\nRUN [\"apt-get\", \"install\", \"git\"]", 2),
        ("FROM debian:12\nRUN [\"bash\", \"-c\", \"apt-get install git\"]", 2),
        ("FROM debian:12\nRUN <<EOF\nset -e\napt-get install git\nEOF", 4),
        ("FROM debian:12\nRUN <<-EOF\n\tset -e\n\tapt-get install git\n\tEOF", 4),
        ("FROM debian:12\nRUN <<EOF\n#!/bin/bash -e\napt-get install git\nEOF", 4),
        ("FROM debian:12\nRUN bash -e <<EOF\napt-get install git\nEOF", 3),
        ("FROM debian:12\nRUN sh <<'EOF' && true\napt-get install git\nEOF", 3),
        ("FROM debian:12\nONBUILD RUN apt-get install git", 2),
        ("FROM debian:12\nONBUILD RUN <<EOF\napt-get install git\nEOF", 3),
        ("FROM debian:12\nRUN --mount=type=cache,target=/var/cache/apt apt-get install git", 2),
        ("FROM debian:12\nRUN DEBIAN_FRONTEND=noninteractive apt-get install git", 2),
        ("FROM debian:12\nRUN env DEBIAN_FRONTEND=noninteractive apt-get install git", 2),
        ("FROM debian:12\nRUN sudo -E apt-get install git", 2),
        ("FROM debian:12\nRUN /usr/bin/apt-get install git", 2),
        ("FROM debian:12\nRUN \"apt-get\" install git", 2),
        ("FROM debian:12\nRUN time timeout 60 nice -n 5 apt-get install git", 2),
        ("FROM debian:12\nRUN xargs apt-get install < list", 2),
        ("FROM debian:12\nRUN apt-get -o Acquire::Retries=3 install git", 2),
        (
            "FROM debian:12\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN apt-get install git",
            3,
        ),
        ("# escape=`\nFROM debian:12\nRUN true && `\n  apt-get install git", 4),
        ("FROM debian:12\nARG FLAGS=--no-install-recommends\nRUN apt-get install $FLAGS git", 3),
    ];
    let wrong = complaints("apt-install-without-yes", forms);
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn answers_are_seen_wherever_they_come_from() {
    let forms = [
        ("FROM debian:12\nARG FLAGS=-y\nRUN apt-get install $FLAGS git", 0),
        ("FROM debian:12\nARG FLAGS\nRUN apt-get install $FLAGS git", 0),
        ("FROM debian:12\nRUN opts='-qq --yes'; apt-get install $opts git", 0),
        ("FROM debian:12\nRUN INSTALL='apt-get install -y' && $INSTALL git", 0),
        ("FROM debian:12\nRUN yes | apt-get install git", 0),
        ("FROM debian:12\nRUN opts=(-y -q); apt-get install \"${opts[@]}\" git", 0),
    ];
    let wrong = complaints("apt-install-without-yes", forms);
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn shells_that_are_no_bourne_shells_are_left_alone() {
    let forms = [
        ("FROM debian:12\nSHELL [\"pwsh\", \"-Command\"]\nRUN apt-get install git", 0),
        ("FROM debian:12\nSHELL [\"powershell.exe\", \"-NoProfile\"]\nRUN apt-get install git", 0),
        ("FROM debian:12\nSHELL [\"cmd\", \"/S\", \"/C\"]\nRUN apt-get install git", 0),
        ("FROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nRUN apt-get install git", 0),
        (
            "# escape=`\nFROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN apt-get install git",
            0,
        ),
        ("FROM debian:12\nRUN <<EOF\n#!/usr/bin/env python3\napt-get install git\nEOF", 0),
        ("FROM debian:12\nRUN python3 <<EOF\napt-get install git\nEOF", 0),
        ("FROM debian:12\nRUN pwsh -Command 'apt-get install git'", 0),
        ("FROM debian:12\nSHELL [\"pwsh\", \"-c\"]\nFROM debian:12\nRUN apt-get install git", 4),
        ("FROM debian:12 AS a\nSHELL [\"pwsh\", \"-c\"]\nFROM a\nRUN apt-get install git", 0),
        ("FROM debian:12\nRUN echo apt-get install git", 0),
        ("FROM debian:12\nRUN echo 'apt-get install git' > script.sh", 0),
        ("FROM debian:12\nRUN cat > script.sh <<EOF\napt-get install git\nEOF", 0),
        ("FROM debian:12\nCOPY <<EOF /script.sh\napt-get install git\nEOF", 0),
        ("FROM debian:12\nCMD apt-get install git", 0),
    ];
    let wrong = complaints("apt-install-without-yes", forms);
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn packages_come_through_variables() {
    let forms = [
        ("FROM debian:12\nRUN apt-get install -y git", 2),
        ("FROM debian:12\nENV P='git vim'\nRUN apt-get install -y $P", 3),
        ("FROM debian:12\nARG V=1.2\nRUN apt-get install -y git=$V", 0),
        ("FROM debian:12\nARG P\nRUN apt-get install -y $P", 0),
        ("FROM debian:12\nRUN P=\"git=1 vim\"; apt-get install -y $P", 2),
        ("FROM debian:12\nRUN for p in git=1 vim; do apt-get install -y $p; done", 2),
        ("FROM debian:12\nRUN for p in git=1 vim=2; do apt-get install -y $p; done", 0),
        ("FROM debian:12\nRUN P=(git=1 vim); apt-get install -y \"${P[@]}\"", 2),
        ("FROM debian:12\nRUN sh -c 'apt-get install -y git'", 2),
        ("FROM debian:12\nRUN <<EOF\nP=git\napt-get install -y ${P}\nEOF", 4),
        ("FROM debian:12 AS a\nENV P=git\nFROM a\nRUN apt-get install -y $P", 4),
        ("FROM debian:12\nARG P=git\nFROM debian:12\nRUN apt-get install -y $P", 0),
        ("FROM debian:12\nONBUILD ARG P\nONBUILD RUN apt-get install -y $P", 0),
    ];
    let wrong = complaints("unpinned-apt-package", forms);
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn other_rules_follow_commands_as_well() {
    let cases = [
        ("apk-cache-left-behind", "FROM alpine:3.23\nRUN if true; then apk add git; fi", 2),
        ("apk-cache-left-behind", "FROM alpine:3.23\nRUN OPTS=--no-cache; apk add $OPTS git", 0),
        ("pip-cache-left-behind", "FROM python:3.13\nRUN sh -c 'pip install a==1'", 2),
        (
            "pip-cache-left-behind",
            "FROM python:3.13\nRUN <<EOF\npython3 -m pip install a==1\nEOF",
            3,
        ),
        ("apt-lists-left-behind", "FROM debian:12\nRUN bash -c 'apt-get update'", 2),
        (
            "apt-lists-left-behind",
            "FROM debian:12\nRUN sh -c 'apt-get update && rm -rf /var/lib/apt/lists/*'",
            0,
        ),
        (
            "apt-lists-left-behind",
            "FROM debian:12\nRUN D=/var/lib/apt/lists; apt-get update && rm -rf $D/*",
            0,
        ),
        ("yum-install-without-yes", "FROM centos:7\nRUN { yum install git; }", 2),
        ("sudo-in-run", "FROM debian:12\nRUN if true; then sudo true; fi", 2),
        ("wget-progress-in-log", "FROM debian:12\nRUN f() { wget https://a/b; }; f", 2),
        ("download-piped-to-shell", "FROM debian:12\nRUN curl -fsSL https://a/b | sh", 2),
        ("download-piped-to-shell", "FROM debian:12\nRUN bash -c \"$(curl -fsSL https://a/b)\"", 2),
        (
            "download-piped-to-shell",
            "FROM debian:12\nRUN bash -c 'curl -fsSL https://a/b | bash -s -- -y'",
            2,
        ),
        (
            "download-piped-to-shell",
            "FROM debian:12\nRUN <<EOF\nwget -qO- https://a/b | sh\nEOF",
            3,
        ),
        ("download-piped-to-shell", "FROM debian:12\nONBUILD RUN curl https://a/b | sh", 2),
        (
            "download-piped-to-shell",
            "FROM debian:12\nRUN [\"sh\", \"-c\", \"curl https://a/b | sh\"]",
            2,
        ),
        (
            "unverified-download",
            "FROM debian:12\nRUN if true; then curl -o a.sh https://x/a.sh; sh a.sh; fi",
            2,
        ),
        ("world-writable-file", "FROM debian:12\nRUN sh -c 'chmod 777 /srv'", 2),
        ("mismatched-package-manager", "FROM alpine:3.23\nRUN <<EOF\napt-get update\nEOF", 3),
        ("late-cleanup", "FROM debian:12\nRUN sh -c 'rm -rf /var/lib/apt/lists/*'", 2),
    ];
    let wrong: String =
        cases.into_iter().map(|(rule, form, line)| complaints(rule, [(form, line)])).collect();
    assert!(wrong.is_empty(), "\n{wrong}");
}
