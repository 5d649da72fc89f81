//! Judges the examples on the page of a rule.

use super::{CheckOptions, Error, Judged, PackPage, Project, Report, Selection, Verdict};
use super::{analyze, fixed_texts, run};
use crate::rule::{Binding, Catalog, Example, ExampleFile, FixKind, Role, Rule, examples};

/// A day of which examples speak, so that they stay true: 2026-05-31.
const DAY: i64 = 1_780_185_600;

/// How the examples of one rule are tried.
pub struct Trial<'c> {
    /// The rules that there are.
    pub catalog: &'c Catalog,
    /// The rule whose examples these are.
    pub rule: &'c Rule,
    /// The files of the spec that examples of a clause rule are held to, unless they bring their own.
    pub spec: Vec<(String, String)>,
    /// Rules that run beside it.
    pub beside: Vec<String>,
    /// Whether files have CRLF line ends.
    pub crlf: bool,
}

/// What came of one example.
#[derive(Clone, Debug, Default)]
pub struct Tried {
    /// What is wrong with it: a line of the page, from 1, and words.
    pub wrong: Vec<(usize, String)>,
    /// The clauses that the rule judged in it.
    pub judged: Vec<Judged>,
}

impl<'c> Trial<'c> {
    /// A trial with nothing beside the rule.
    pub fn new(catalog: &'c Catalog, rule: &'c Rule, spec: Vec<(String, String)>) -> Self {
        Self { catalog, rule, spec, beside: Vec::new(), crlf: false }
    }

    fn text(&self, file: &ExampleFile) -> String {
        if self.crlf { file.text.replace('\n', "\r\n") } else { file.text.clone() }
    }

    /// The repository of an example, with only these rules; all of them if none are named.
    ///
    /// # Errors
    /// Fails if the example has a configuration that cannot be understood.
    pub fn project(&self, example: &Example, select: Vec<String>) -> Result<Project, Error> {
        self.project_with(example, select, &|file| self.text(file))
    }

    fn project_with(
        &self,
        example: &Example,
        select: Vec<String>,
        text: &dyn Fn(&ExampleFile) -> String,
    ) -> Result<Project, Error> {
        let inputs = example.iter().filter(|file| file.role != Role::Fixed);
        let mut files: Vec<(String, Vec<u8>)> =
            inputs.map(|file| (file.path.clone(), file.bytes(&text(file)))).collect();
        if !self.rule.binds.is_empty() && !has_spec(example) {
            let spec = self.spec.iter();
            files.extend(spec.map(|(path, text)| (path.clone(), text.clone().into_bytes())));
        }
        let selection = Selection { select, ..Selection::default() };
        let options = CheckOptions { selection, now: Some(DAY), ..CheckOptions::default() };
        Project::in_memory(files, options)
    }

    fn select(&self) -> Vec<String> {
        [self.rule.id.to_string()].into_iter().chain(self.beside.iter().cloned()).collect()
    }

    /// Judges one example.
    pub fn judge(&self, example: &Example) -> Tried {
        let mut tried = Tried::default();
        let project = match self.project(example, self.select()) {
            Ok(project) => project,
            Err(error) => {
                tried.wrong.push((example.first().map_or(1, |it| it.line), error.to_string()));
                return tried;
            }
        };
        let report = analyze(&project, self.catalog);
        for file in example {
            let expected = match &file.role {
                Role::Bad(lines) => lines.clone(),
                Role::Fixed => continue,
                _ => Vec::new(),
            };
            let found = self.lines(&report, &file.path);
            if found != expected {
                let message = match (&file.role, found.is_empty()) {
                    (Role::Bad(_), true) => {
                        format!("nothing is found, expected on {}", listed(&expected))
                    }
                    (Role::Bad(_), false) => {
                        format!("found on {}, expected on {}", listed(&found), listed(&expected))
                    }
                    _ => format!("found on {}, expected nothing", listed(&found)),
                };
                tried.wrong.push((file.line, message));
            }
        }
        let own = self.catalog.by_id(&self.rule.id).map(|(index, _)| index);
        let judged = report.clauses.iter().filter(|it| it.rule.is_some() && it.rule == own);
        tried.judged = judged.cloned().collect();
        tried
    }

    /// Holds the `fixed` block of an example, if it has one, to what the fix makes.
    pub fn judge_fix(&self, example: &Example) -> Vec<(usize, String)> {
        let Some(fixed) = example.iter().find(|file| file.role == Role::Fixed) else {
            return Vec::new();
        };
        let wrong = |message: String| vec![(fixed.line, message)];
        let before = match self.project(example, self.select()) {
            Ok(project) => project,
            Err(error) => return wrong(error.to_string()),
        };
        let texts = fixed_texts(&analyze(&before, self.catalog), true);
        let Some(text) = texts.get(&fixed.path) else {
            return wrong("the fix changes nothing".to_owned());
        };
        if *text != fixed.text {
            return wrong(format!("the fix makes\n{text}"));
        }
        let after = self.project_with(example, self.select(), &|file| {
            texts.get(&file.path).cloned().unwrap_or_else(|| self.text(file))
        });
        let after = match after {
            Ok(project) => project,
            Err(error) => return wrong(error.to_string()),
        };
        let report = analyze(&after, self.catalog);
        let mut all = Vec::new();
        if !self.lines(&report, &fixed.path).is_empty() {
            all.push((fixed.line, "the fixed text is found fault with again".to_owned()));
        }
        if !fixed_texts(&report, true).is_empty() {
            all.push((fixed.line, "fixing again changes bytes".to_owned()));
        }
        all
    }

    /// The lines on which the rule finds something in one file.
    fn lines(&self, report: &Report<'_>, path: &str) -> Vec<u32> {
        let found = report.findings.iter().filter_map(|finding| {
            let source = report.sources.get(finding.at.source);
            let own = report.catalog.get(finding.rule).id == self.rule.id && source.path == path;
            own.then(|| source.lines().line(finding.at.span.start) + 1)
        });
        let mut lines: Vec<u32> = found.collect();
        lines.sort_unstable();
        lines.dedup();
        lines
    }
}

/// Whether an example brings its own spec.
fn has_spec(example: &Example) -> bool {
    example.iter().any(|it| it.path.starts_with("openspec/") && it.path.ends_with("spec.md"))
}

fn listed(lines: &[u32]) -> String {
    let words: Vec<String> = lines.iter().map(ToString::to_string).collect();
    format!("line{} {}", if lines.len() == 1 { "" } else { "s" }, words.join(", "))
}

/// What is wrong with the examples of a page of a pack: lines of its file, from 1, and words. The spec of `project`
/// is what they are held to, if it has a clause for the rule.
pub fn try_page(
    project: &Project,
    catalog: &Catalog,
    page: &PackPage,
) -> (usize, Vec<(usize, String)>) {
    let Some((_, rule)) = catalog.by_id(&page.rule) else { return (0, Vec::new()) };
    let (examples, faults) = examples(&rule.page);
    let mut wrong: Vec<(usize, String)> =
        faults.into_iter().map(|fault| (fault.line, fault.message)).collect();
    let spec = spec_for(project, rule);
    let mut trial = Trial::new(catalog, rule, spec);
    let is_clause_rule = !rule.binds.is_empty();
    let (mut proven, mut reasons) = (false, Vec::new());
    for example in &examples {
        if is_clause_rule && trial.spec.is_empty() && !has_spec(example) {
            wrong.push((example.first().map_or(1, |it| it.line), no_spec(rule)));
            continue;
        }
        trial.crlf = false;
        let tried = trial.judge(example);
        trial.crlf = true;
        let same = tried.wrong.is_empty();
        let again = if same { trial.judge(example).wrong } else { Vec::new() };
        wrong.extend(again.into_iter().map(|(line, it)| (line, format!("with CRLF, {it}"))));
        if example.iter().any(|it| it.role == Role::Good) {
            proven |= tried.judged.iter().any(|it| it.verdict == Verdict::Proven);
            reasons
                .extend(tried.judged.iter().map(|it| it.note.clone()).filter(|it| !it.is_empty()));
        }
        wrong.extend(tried.wrong);
        trial.crlf = false;
        wrong.extend(trial.judge_fix(example));
    }
    let has = |wanted: fn(&Role) -> bool| examples.iter().flatten().any(|it| wanted(&it.role));
    let (bad, good) = (has(|it| matches!(it, Role::Bad(_))), has(|it| *it == Role::Good));
    match (bad, good) {
        (false, false) => wrong.push((1, "the page has no `bad` and no `good` example".to_owned())),
        (false, true) => wrong.push((1, "the page has no `bad` example".to_owned())),
        (true, false) => wrong.push((1, "the page has no `good` example".to_owned())),
        (true, true) => {}
    }
    if good && is_clause_rule && !proven && wrong.is_empty() {
        let reason = reasons.first().map_or(String::new(), |it| format!(" ({it})"));
        wrong.push((1, format!("no `good` example proves a clause{reason}")));
    }
    if rule.fix != FixKind::None && !has(|it| *it == Role::Fixed) {
        wrong.push((1, "the rule has a fix, and the page no `fixed` example".to_owned()));
    }
    wrong.sort();
    let before = page.lines_before;
    (examples.len(), wrong.into_iter().map(|(line, it)| (line + before, it)).collect())
}

/// The project's spec, if the rule judges one of its clauses.
fn spec_for(project: &Project, rule: &Rule) -> Vec<(String, String)> {
    let spec = run::spec(project);
    let bindings: Vec<Binding> =
        rule.binds.iter().filter_map(|it| Binding::compile(it).ok()).collect();
    let binds = |clause| bindings.iter().any(|binding| binding.matches(clause).is_some());
    if !spec.clauses.iter().any(binds) {
        return Vec::new();
    }
    let mut files: Vec<(String, String)> = Vec::new();
    for clause in spec.clauses.iter().filter(|clause| binds(clause)) {
        let source = clause.source;
        // The whole file, in the place where every example has its spec.
        let path = format!("openspec/specs/project-{}/spec.md", files.len() + 1);
        if !files.iter().any(|(_, text)| text == source.text()) {
            files.push((path, source.text().to_owned()));
        }
    }
    files
}

/// Says which spec an example could bring.
fn no_spec(rule: &Rule) -> String {
    let mut text = String::from(
        "the spec of the project has no clause that the rule judges, so the example has to bring one: right \
         behind it a block that starts with\n    ```markdown openspec/specs/example/spec.md\n    ### Requirement: R\n    \
         #### Scenario: S\n",
    );
    if let Some(bind) = rule.binds.first()
        && let Ok(binding) = Binding::compile(bind)
    {
        let (given, then) = binding.sentences();
        if let Some(given) = given {
            text.push_str(&format!("    - **Given** {given}\n"));
        }
        text.push_str(&format!("    - **Then** {then}"));
    }
    text
}
