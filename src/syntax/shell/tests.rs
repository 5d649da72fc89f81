use super::*;

fn script(text: &str) -> Script {
    Script::parse(text, Dialect::Bash)
}

fn texts(text: &str) -> Vec<String> {
    script(text).commands().map(|command| command.source_text().to_owned()).collect()
}

fn roles(text: &str, name: &str) -> String {
    let script = script(text);
    let command = script.commands().find(|command| command.is(name)).expect("the command");
    let roles = command.context().map(|it| match it.role() {
        Role::Item { index, len } => format!("{index}/{len}"),
        Role::LoopBody(found) => format!("loop {found:?}"),
        role => format!("{role:?}"),
    });
    roles.collect::<Vec<_>>().join(" < ")
}

#[test]
fn commands_are_found_wherever_they_stand() {
    let found = texts(
        "if a x; then b | c; elif d; then e; else f; fi; for i in $(g); do h; done\n\
         case $(i) in j) k;; esac; l() { m; }; (n); { o; } > $(p); q && r || ! s &\n\
         V=$(t) u \"`v`\"; export W=$(w); x <(y); cat <<E\n$(z)\nE\n",
    );
    let names = found.iter().map(|text| text.split(' ').next().unwrap_or(""));
    let names = names.collect::<Vec<_>>().join(" ");
    assert_eq!(names, "a b c d e f g h i k m n o p q r s V=$(t) t v export w x y cat z");
}

#[test]
fn words_lose_their_quotes_and_escapes() {
    let script = script("a\\ b \"c d\" 'e' f\"g\"h \"\\$x\\y\" $'\\n' a\\\nb '' \"\"");
    let words: Vec<_> = script.commands().next().expect("one").words().map(Word::literal).collect();
    let expect = ["a b", "c d", "e", "fgh", "$x\\y", "\n", "ab", "", ""];
    assert_eq!(words, expect.map(Some));
}

#[test]
fn an_expanded_word_has_no_literal_but_parts() {
    let script = script("a pre$X-\"${Y:-d$Z}\"$(cmd)$((2**i))");
    let word = script.commands().next().expect("one").words().nth(1).expect("one");
    assert_eq!(word.literal(), None);
    assert_eq!(word.literal_prefix(), "pre");
    assert!(word.splits());
    let names: Vec<_> = word.variables().iter().map(|it| it.name).collect();
    assert_eq!(names, ["X", "Y", "i", "Z"]);
    assert!(matches!(word.parts().last(), Some(Part::Arithmetic("2**i"))));
    let known = |name: &str| matches!(name, "X" | "Z").then_some("1");
    let script = self::script("a $X/${Y-b} ${Q}");
    let words: Vec<_> = script.commands().next().expect("one").arguments().collect();
    assert_eq!(
        words[0].expand(&|name| if name == "Y" { Some("y") } else { known(name) }),
        Some("1/y".into())
    );
    assert_eq!(words[1].expand(&known), None);
}

#[test]
fn the_context_tells_the_part_that_a_command_has() {
    assert_eq!(roles("if ! x; then a; fi", "x"), "Negated < 0/1 < Condition(If) < 0/1 < Script");
    assert_eq!(roles("a && x || b", "x"), "Right(And) < Left(Or) < 0/1 < Script");
    assert_eq!(roles("a && b || x", "x"), "Right(Or) < 0/1 < Script");
    assert_eq!(roles("x && b || c", "x"), "Left(And) < Left(Or) < 0/1 < Script");
    assert_eq!(roles("a; x | b &", "x"), "Stage { index: 0, len: 2 } < Background < 1/2 < Script");
    assert_eq!(
        roles("for d in 1 2; do sleep $d; done", "sleep"),
        "0/1 < loop For Some(\"d\") in [\"1\", \"2\"] < 0/1 < Script"
    );
    assert!(roles("f() { x; }", "x").starts_with("0/1 < Group < Function(\"f\")"));
    assert!(roles("export V=$(x)", "x").contains("Assignment { declared: true }"));
    assert!(roles("V=$(x)", "x").contains("Assignment { declared: false }"));
}

#[test]
fn redirections_have_kind_descriptor_and_target() {
    let script = script("a >x 2>&1 <<E <<<s\nbody $V\nE\n");
    let command = script.commands().next().expect("one");
    let found: Vec<_> = command.redirections().map(|it| format!("{it:?}")).collect();
    assert_eq!(
        found,
        [
            "1Output Some(\"x\")",
            "2DuplicateOutput Some(\"1\")",
            "0Heredoc Some(\"E\")",
            "0HereString Some(\"s\")"
        ]
    );
    let redirections = |text: &str| -> Vec<String> {
        let script = Script::parse(text, Dialect::Bash);
        let command = script.commands().next().expect("one");
        command.redirections().map(|it| format!("{it:?}")).collect()
    };
    assert_eq!(redirections("a &>x"), ["1OutputBoth Some(\"x\")"]);
    assert_eq!(redirections("a &>>x"), ["1AppendBoth Some(\"x\")"]);
    assert_eq!(redirections("a >>x 2>&1"), ["1Append Some(\"x\")", "2DuplicateOutput Some(\"1\")"]);
    let body = command.redirections().find_map(Redirection::heredoc).expect("a heredoc");
    assert_eq!(body.variables()[0].name, "V");
    assert_eq!(body.source_text(), "body $V\n");
}

#[test]
fn items_of_a_list_make_one_script() {
    let items = ["if a; then", "b", "fi"];
    let script = Script::from_items(items, Dialect::Bash);
    assert_eq!(script.errors(), []);
    let b = script.commands().nth(1).expect("two");
    assert_eq!(script.item_at(b.span().start), (1, 0));
    assert_eq!(script.item_at(script.text().find("fi").expect("fi") as u32 + 1), (2, 1));
}

#[test]
fn what_cannot_be_read_does_not_lose_the_rest() {
    let script = script("a; b\nfi\nc d\n");
    assert!(!script.errors().is_empty());
    assert!(script.commands().any(|command| command.is("c")));
}

fn invocation(script: &Script) -> Invocation<'_> {
    script.commands().next().and_then(Command::invocation).expect("an invocation")
}

#[test]
fn a_wrapped_command_is_seen_through() {
    let script =
        script("sudo -E env A=b timeout 60 /usr/bin/apt-get -qy -t=x install a=1 -o Y -- -b");
    let it = invocation(&script);
    assert!(it.is("apt-get") && it.is_via(Wrapper::User) && it.is_via(Wrapper::Timeout));
    assert!(!it.is_via(Wrapper::Retry));
    assert!(it.has_flag(&["-y", "--yes"]) && it.has_flag(&["-q"]) && !it.has_flag(&["-b"]));
    assert_eq!(it.option_value(&["-t"]).and_then(|it| it.text), Some("x"));
    let install = it.subcommand(&["-o"]).expect("a subcommand");
    assert!(install.is("install"));
    let operands: Vec<_> = install.operands(&["-o"]).iter().map(|it| it.source_text()).collect();
    assert_eq!(operands, ["a=1", "-b"]);
}

#[test]
fn options_and_their_values_are_found_in_every_spelling() {
    let script = script("x -ta --long=$V --long b -qq -q");
    let it = invocation(&script);
    let texts = |flags: &[&str]| -> Vec<_> {
        it.option_values(flags).iter().map(|value| value.text).collect()
    };
    assert_eq!(texts(&["-t"]), [Some("a")]);
    assert_eq!(texts(&["--long"]), [None, Some("b")]);
    assert_eq!(it.count_flag(&["-q"]), 3);
    assert!(it.has_flag(&["--long"]));
}

#[test]
fn the_script_of_a_nested_shell_is_read_with_its_places() {
    let text = r#"sudo bash -euo pipefail -c 'apt-get install a' && sh -c "echo \"\$x y\" | b $Z""#;
    let script = self::script(text);
    assert_eq!(script.errors(), []);
    let names: Vec<_> = script.commands().map(|it| it.name().unwrap_or("")).collect();
    assert_eq!(names, ["sudo", "apt-get", "sh", "echo", "b"]);
    for command in script.commands().filter(|it| it.is("apt-get") || it.is("b")) {
        for word in command.words() {
            assert_eq!(word.literal().unwrap_or("$Z"), word.source_text());
        }
    }
    let install = script.commands().nth(1).expect("it");
    assert!(install.options(ShellOptions::default()).pipefail);
    let echo = script.commands().nth(3).expect("it");
    assert_eq!(echo.arguments().next().expect("one").source_text(), r#""\$x y\""#);
}

#[test]
fn a_heredoc_that_a_shell_reads_is_a_script() {
    let script = script("bash <<'E'\na b\nE\ncat <<E\nc d\nE\n");
    let names: Vec<_> = script.commands().map(|it| it.source_text()).collect();
    assert_eq!(names, ["bash", "a b", "cat"]);
}

fn outcome(text: &str, options: ShellOptions) -> String {
    let script = script(text);
    let command = script.commands().find(|command| command.is("x")).expect("x");
    match command.outcome(options) {
        Outcome::Decides(_) => "decides".to_owned(),
        other => format!("{other:?}"),
    }
}

#[test]
fn what_a_failure_does_follows_the_shell() {
    let on = ShellOptions::gitlab(true);
    let no_pipefail = ShellOptions::gitlab(false);
    let off = ShellOptions::default();
    assert_eq!(outcome("x; y", on), "Fails");
    assert_eq!(outcome("x; y", off), "Lost(NoErrexit)");
    assert_eq!(outcome("set -eu; x; y", off), "Fails");
    assert_eq!(outcome("set +e; x; y", on), "Lost(NoErrexit)");
    assert_eq!(outcome("(set +e); x; y", on), "Fails");
    assert_eq!(outcome("x", off), "Fails");
    assert_eq!(outcome("x | y", no_pipefail), "Lost(Pipe)");
    assert_eq!(outcome("x | y", on), "Fails");
    assert_eq!(outcome("y | x; z", no_pipefail), "Fails");
    assert_eq!(outcome("if x; then y; fi", on), "decides");
    assert_eq!(outcome("if ! x >/dev/null 2>&1; then y; fi", on), "decides");
    assert_eq!(outcome("if x; z; then y; fi", on), "Lost(Suspended)");
    assert_eq!(outcome("x || y", on), "decides");
    assert_eq!(outcome("y && x; z", on), "Fails");
    assert_eq!(outcome("! x; z", on), "Lost(Negated)");
    assert_eq!(outcome("x; rc=$?; z", off), "decides");
    assert_eq!(outcome("x; if [ $? -ne 0 ]; then z; fi", off), "decides");
    assert_eq!(outcome("V=$(x); z", on), "Fails");
    assert_eq!(outcome("V=$(x) || z", on), "decides");
    assert_eq!(outcome("V=$(x | y); z", no_pipefail), "Lost(Pipe)");
    assert_eq!(outcome("export V=$(x); z", on), "Lost(Declaration)");
    assert_eq!(outcome("echo $(x)", on), "Lost(Substitution)");
    assert_eq!(outcome("x & y", on), "Lost(Background)");
    assert_eq!(outcome("f() { x; }; if ! f; then y; fi", on), "decides");
    assert_eq!(outcome("f() { x; y; }; if f; then z; fi", on), "Lost(Suspended)");
    assert_eq!(outcome("f() { x; y; }; f", on), "Fails");
    assert_eq!(outcome("f() { x; }", on), "Uncalled");
    assert_eq!(outcome("sh -c 'x; y'", on), "Lost(NoErrexit)");
    assert_eq!(outcome("bash -ec 'x; y' || z", on), "Fails");
    assert_eq!(outcome("sh -c 'x' || z", on), "decides");
}

#[test]
fn code_behind_an_exit_or_in_an_uncalled_function_is_not_reachable() {
    let reachable = |text: &str| {
        let script = script(text);
        script.commands().find(|it| it.is("x")).expect("x").is_reachable()
    };
    assert!(reachable("x; exit 0"));
    assert!(!reachable("exit 0; x"));
    assert!(!reachable("exec y; if z; then x; fi"));
    assert!(reachable("y && exit 0; x"));
    assert!(reachable("if y; then exit 0; fi; x"));
    assert!(reachable("exec >log; x"));
    assert!(!reachable("f() { x; }; y"));
    assert!(reachable("f() { x; }; g() { f; }; sudo g"));
    assert!(!reachable("f() { x; f; }"));
}

#[test]
fn a_fallback_is_the_right_side_of_the_or_behind_it() {
    let script = script("V=$(x | y) || z a && w");
    let fallback = |name: &str| {
        let command = script.commands().find(|it| it.is(name)).expect("it");
        command.fallback().map(|mut commands| commands.next().expect("one").source_text())
    };
    assert_eq!(fallback("x"), Some("z a"));
    assert_eq!(fallback("z"), None);
    let into = script.commands().find(|it| it.is("x")).expect("it").piped_into();
    assert_eq!(into.expect("a stage").next().expect("one").source_text(), "y");
}

#[test]
fn a_command_without_a_shell_keeps_its_words() {
    let script = Script::from_words(["sh", "-c", "a 'b c'"], &|_| None);
    let words: Vec<_> = script.commands().next().expect("one").words().map(Word::literal).collect();
    assert_eq!(words, [Some("sh"), Some("-c"), Some("a 'b c'")]);
    let b = script.commands().nth(1).expect("nested").words().nth(1).expect("b");
    assert_eq!((b.literal(), script.item_at(b.span().start).0), (Some("b c"), 2));
}

#[test]
fn variables_are_filled_in_where_the_script_shows_their_values() {
    let outer = |name: &str| (name == "OUT").then(|| "o".to_owned());
    let fields = |text: &str| {
        let script = script(text);
        let command = script.commands().filter(|it| it.is("x")).last().expect("x");
        let mut found = Some(Vec::new());
        for word in command.arguments() {
            match (word.fields(command, &outer), &mut found) {
                (Some(fields), Some(found)) => found.extend(fields),
                _ => found = None,
            }
        }
        found.map(|found| found.join("|"))
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(fields("D='a b'; x $D \"$D\" c"), some("a|b|a b|c"));
    assert_eq!(fields("D=\"a $OUT\" && x p$D"), some("pa|o"));
    assert_eq!(fields("for i in a b; do x $i-y; done"), some("a-y|b-y"));
    assert_eq!(fields("x ${OUT:-z} ${OUT}"), some("o|o"));
    assert_eq!(fields("D=(a 'b c'); x \"${D[@]}\""), some("a|b c"));
    assert_eq!(fields("D=(a); D+=(b); x \"${D[@]}\""), None);
    assert_eq!(fields("x $NO"), None);
    assert_eq!(fields("D=a; D=b; x $D"), None);
    assert_eq!(fields("D=$(y); x $D"), None);
    assert_eq!(fields("read D; x $D"), None);
    assert_eq!(fields("D=; x ${D:-a b}"), some("a|b"));
    assert_eq!(fields("OUT=1 x $OUT"), some("o"));
    assert_eq!(fields("export D=1; x $D"), some("1"));
}

#[test]
fn what_is_too_much_for_the_reader_is_no_fault_of_the_script() {
    let long = format!("{}true", "true && ".repeat(2_000));
    assert!(Script::parse(long, Dialect::Posix).is_too_complex());
    let wrong = Script::parse("if true; then", Dialect::Posix);
    assert!(!wrong.is_too_complex() && !wrong.errors().is_empty());
}

/// The words that commands named `name` really run with.
fn filled(text: &str, name: &str) -> String {
    let outer = |name: &str| (name == "OUT").then(|| "o p".to_owned());
    let script = Script::parse_with(text, Dialect::Bash, &outer);
    let runs = script.commands().filter_map(Command::invocation).filter(|it| it.is(name));
    let word = |it: Word<'_>| it.literal().unwrap_or(it.source_text()).to_owned();
    let runs = runs.map(|it| it.words().map(word).collect::<Vec<_>>().join("|"));
    runs.collect::<Vec<_>>().join(" ; ")
}

#[test]
fn a_command_runs_with_the_words_that_its_variables_become() {
    assert_eq!(filled("V=install; x $V $OUT \"$OUT\" a$OUT", "x"), "x|install|o|p|o p|ao|p");
    assert_eq!(filled("X='x -y'; $X b", "x"), "x|-y|b");
    assert_eq!(filled("S='sudo -E'; $S x b", "x"), "x|b");
    assert_eq!(filled("S=; $S x \"$S\"", "x"), "x|");
    assert_eq!(filled("O=(-a 'b c'); x \"${O[@]}\" d", "x"), "x|-a|b c|d");
    assert_eq!(filled("V=a; sh -c \"x $V\"", "x"), "x|a");
    assert_eq!(filled("V=a; f() { x $V; }; f", "x"), "x|a");
}

#[test]
fn words_that_are_not_known_for_sure_stay_as_they_are() {
    assert_eq!(filled("x $V", "x"), "x|$V");
    assert_eq!(filled("for v in a b; do x $v; done", "x"), "x|$v");
    assert_eq!(filled("if a; then V=b; fi; x $V", "x"), "x|$V");
    assert_eq!(filled("a || V=b; x $V", "x"), "x|$V");
    assert_eq!(filled("(V=b); x $V", "x"), "x|$V");
    assert_eq!(filled("a | V=b; x $V", "x"), "x|$V");
    assert_eq!(filled("f() { V=b; }; f; x $V", "x"), "x|$V");
    assert_eq!(filled("f() { x $OUT; }; OUT=b; f", "x"), "x|$OUT");
    assert_eq!(filled("while a; do x $OUT; OUT=b; done", "x"), "x|$OUT");
    assert_eq!(filled("unset OUT; x $OUT", "x"), "x|$OUT");
    assert_eq!(filled("IFS=,; x $OUT \"$OUT\"", "x"), "x|$OUT|o p");
    assert_eq!(filled("x '$OUT' \\$OUT", "x"), "x|$OUT|$OUT");
}

#[test]
fn a_filled_in_word_knows_where_it_stands() {
    let script = script("V='x -y'; $V b*");
    let run = script.commands().last().and_then(Command::invocation).expect("a command");
    let places: Vec<_> = run.words().map(|it| (it.source_text(), it.is_filled_in())).collect();
    assert_eq!(places, [("$V", true), ("$V", true), ("b*", false)]);
    let name = run.name_word().expect("a name");
    assert_eq!(name.variables()[0].name, "V");
    assert!(!name.has_glob() && run.words().last().expect("three").has_glob());
}

#[test]
fn values_that_grow_without_end_are_left_alone() {
    let mut text = "A0='a b c d e f g h'".to_owned();
    for at in 1..6 {
        text.push_str(&format!("; A{at}=\"{}\"", format!("$A{} ", at - 1).repeat(100)));
    }
    assert_eq!(filled(&format!("{text}; x $A5"), "x"), "x|$A5");
}

#[test]
fn an_item_that_stands_elsewhere_too_is_read_as_if_it_did_not() {
    let items = [
        "a b >c 2>&1 # why",
        "(a \"$b\" | c)",
        "if [ -n \"$X\" ]; then a; fi  ",
        "while read -r a; do b $a; done",
        "[[ $a =~ ^(b|c)$ ]] && d || e &",
        "F=$(a `b`) sh -c 'c \"$d\"; e'",
        "f() { g; }",
        "",
        "# nothing else",
        "cat <<E\na $b\nE",
        "a \\",
        "for x in *; do",
        "echo; done",
        "'an end that",
        "is missing'",
        "{ a; } && exit",
        "b\n\nc\n",
        "d \"\u{e9}\u{e9}\" ${e:-\u{e9}} $((f + 1))",
    ];
    let known = KnownItems::default();
    let mut from_known = 0;
    for at in 0..items.len() {
        for length in 1..=3 {
            let some: Vec<&str> = items.iter().cycle().skip(at).take(length).copied().collect();
            from_known += usize::from(known.parse(&some, Dialect::Bash).is_some());
            let read = Script::from_joined(JoinedItems::new(some.clone()), Dialect::Bash, &known);
            let alone = Script::from_items(some.clone(), Dialect::Bash);
            let shown = |script: &Script| format!("{:#?} {:?}", script.tree, script.errors());
            assert_eq!(shown(&read), shown(&alone), "{some:?}");
        }
    }
    assert!(from_known > items.len(), "{from_known}");
}
