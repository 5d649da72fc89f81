use super::{Arguments, DirectiveName, ErrorKind, Keyword, parse};
use crate::text::Span;

#[test]
fn a_continued_instruction_keeps_its_comments_and_blank_lines_apart() {
    let text = "# top\nRUN a \\\n  # why \\\n\n  b\nCMD c\n";
    let tree = parse(text);
    let run = &tree.instructions[0];
    assert_eq!(run.shell().unwrap().text, "a   b");
    assert_eq!(&text[run.span.range()], "RUN a \\\n  # why \\\n\n  b");
    assert_eq!(run.blank_lines.len(), 1);
    assert_eq!(tree.comments_of(run)[0].text, "top");
    assert!(tree.comments[1].inside);
    assert_eq!(&text[tree.instructions[1].name.span.range()], "CMD");
    assert!(tree.comments_of(&tree.instructions[1]).is_empty());
}

#[test]
fn two_escapes_or_text_behind_one_end_the_line() {
    let tree = parse("RUN a\\\\\nRUN b\\ x\nRUN c\\ \t\nd");
    let texts: Vec<_> =
        tree.instructions.iter().map(|it| it.shell().unwrap().text.as_ref()).collect();
    assert_eq!(texts, ["a\\\\", "b\\ x", "cd"]);
}

#[test]
fn the_escape_directive_counts_only_at_the_very_top() {
    let tree = parse("# escape=`\nRUN a `\nb\nRUN c\\\n");
    assert_eq!(tree.instructions.len(), 2);
    assert_eq!(tree.escape, '`');
    assert_eq!(parse("\n# escape=`\nRUN a `\nb\n").escape, '\\');
    assert_eq!(parse("#!x\n# escape=`\n").escape, '\\');
    let tree = parse("#!x\n# syntax=a\n# check=skip=all\n");
    assert!(tree.directive(DirectiveName::Check).is_some());
}

#[test]
fn heredoc_bodies_are_raw_and_follow_in_order() {
    let text = "RUN <<A cat <<-\"B\"\n# x\n\\\nA\n\ty\n\tB\nCOPY <<C /c\nC\nUSER <<D\n";
    let tree = parse(text);
    let run = &tree.instructions[0];
    assert_eq!(&text[run.heredocs[0].body.range()], "# x\n\\\n");
    assert_eq!(&text[run.heredocs[1].body.range()], "\ty\n");
    assert!(run.heredocs[1].strip_tabs && !run.heredocs[1].expand);
    assert_eq!(run.span, Span::from_range(0..text.find("\nCOPY").unwrap()));
    assert_eq!(tree.instructions.len(), 3);
    assert!(tree.instructions[2].heredocs.is_empty());
    assert!(tree.errors.is_empty());
}

#[test]
fn a_heredoc_without_its_end_is_an_error_at_its_marker() {
    let tree = parse("ONBUILD RUN <<E\nx\n");
    let inner = tree.instructions[0].trigger().unwrap();
    assert!(!inner.heredocs[0].is_terminated());
    assert_eq!(tree.errors[0].kind, ErrorKind::Heredoc);
    assert_eq!(tree.errors[0].span, Span::new(12, 15));
}

#[test]
fn each_keyword_splits_its_arguments_in_its_own_way() {
    let text = "ENV a b=c d\nENV e=\"f g\" h=i\nARG j k=l\nFROM --platform=\"x\" m as n\n\
                WORKDIR /a b\nCMD [\"a\", \"b\"]\nCMD ['a']\nHEALTHCHECK --retries=1 cmd [\"x\"]\n";
    let tree = parse(text);
    let [legacy, env, arg, from, workdir, exec, shell, health] = tree.instructions.as_slice()
    else {
        panic!()
    };
    assert!(matches!(&legacy.arguments, Arguments::Pairs { legacy: true, .. }));
    assert_eq!(legacy.pairs()[0].value.as_ref().unwrap().text, "b=c d");
    assert_eq!(env.pairs()[0].value.as_ref().unwrap().text, "\"f g\"");
    assert_eq!(env.pairs()[1].key.text, "h");
    assert!(arg.pairs()[0].value.is_none() && arg.pairs()[1].value.is_some());
    assert_eq!(from.flag_value("platform").unwrap().text, "x");
    assert_eq!(from.from_parts().unwrap().name.unwrap().text, "n");
    assert_eq!(workdir.value().unwrap().text, "/a b");
    assert_eq!(&text[exec.exec().unwrap()[1].span.range()], "\"b\"");
    assert_eq!(shell.shell().unwrap().text, "['a']");
    assert_eq!(health.exec().unwrap()[0].text, "x");
}

#[test]
fn odd_files_are_read_too() {
    assert_eq!(parse("\u{feff}FROM a\r\nRUN b\\\r\nc\r\n").instructions.len(), 2);
    assert_eq!(parse("\\\n").errors[0].kind, ErrorKind::UnknownInstruction);
    assert_eq!(parse("RUN a \\").instructions[0].shell().unwrap().text, "a");
    assert!(parse("").instructions.is_empty());
    let deep = "ONBUILD ".repeat(10_000);
    assert_eq!(parse(&deep).instructions[0].keyword, Keyword::Onbuild);
    assert_eq!(parse(&"x".repeat(70_000)).errors[0].kind, ErrorKind::LineLength);
}
