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
