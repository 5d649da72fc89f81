//! The examples on the page of a rule: fenced blocks that say what the rule finds in them.

/// What a block stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// Findings of the rule start on just these lines.
    Bad(Vec<u32>),
    /// The rule has nothing to say.
    Good,
    /// What the `bad` block before it becomes by the fix.
    Fixed,
    /// Must be left unjudged: no finding.
    Unknown,
    /// A further file of the example.
    Part,
}

/// One block.
#[derive(Clone, Debug)]
pub struct ExampleFile {
    /// The path that it has in the repository of the example.
    pub path: String,
    /// What stands in it.
    pub text: String,
    /// What it stands for.
    pub role: Role,
    /// Stored in Latin-1 rather than UTF-8.
    pub latin1: bool,
    /// Line of the page on which the block starts, from 1.
    pub line: usize,
}

impl ExampleFile {
    /// The bytes of the file; characters that Latin-1 does not have become `?` there.
    pub fn bytes(&self, text: &str) -> Vec<u8> {
        match self.latin1 {
            true => text.chars().map(|ch| u8::try_from(ch).unwrap_or(b'?')).collect(),
            false => text.as_bytes().to_vec(),
        }
    }
}

/// The files of one small repository.
pub type Example = Vec<ExampleFile>;

/// A block that cannot be read as an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleFault {
    /// Line of the page, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// The examples of a page: each fenced block with a role; blocks right behind one another (no line between) that
/// name their paths are one example, and a `fixed` block belongs to the one before it.
pub fn examples(page: &str) -> (Vec<Example>, Vec<ExampleFault>) {
    let mut examples: Vec<Example> = Vec::new();
    let mut faults = Vec::new();
    let mut lines = page.lines().enumerate();
    // Whether the last block ended on the line before and named a path.
    let mut joinable = false;
    while let Some((number, line)) = lines.next() {
        let fence: String = line.chars().take_while(|ch| *ch == '`').collect();
        if fence.len() < 3 {
            joinable = false;
            continue;
        }
        let mut words = line[fence.len()..].split_whitespace();
        let language = words.next().unwrap_or_default();
        let (mut path, mut role, mut latin1) = (None, None, false);
        for word in words {
            if word == "latin1" {
                latin1 = true;
            } else if let Some(lines) = word.strip_prefix("bad=") {
                let lines: Result<Vec<u32>, _> = lines.split(',').map(str::parse).collect();
                match lines {
                    Ok(lines) => role = Some(Role::Bad(lines)),
                    Err(_) => faults.push(ExampleFault {
                        line: number + 1,
                        message: format!("`{word}` names no lines; write `bad=2` or `bad=2,5`"),
                    }),
                }
            } else {
                match word {
                    "good" => role = Some(Role::Good),
                    "fixed" => role = Some(Role::Fixed),
                    "unknown" => role = Some(Role::Unknown),
                    "bad" => faults.push(ExampleFault {
                        line: number + 1,
                        message: "`bad` names the lines that are wrong: `bad=2`".to_owned(),
                    }),
                    _ => path = Some(word.to_owned()),
                }
            }
        }
        let mut text = String::new();
        for (_, line) in lines.by_ref() {
            if line.trim_end() == fence {
                break;
            }
            text.push_str(line);
            text.push('\n');
        }
        let named = path.is_some();
        if role.is_none() && !named {
            continue;
        }
        let path = path.unwrap_or_else(|| default_path(language).to_owned());
        let fixed = role == Some(Role::Fixed);
        let role = role.unwrap_or(Role::Part);
        let file = ExampleFile { path, text, role, latin1, line: number + 1 };
        match examples.last_mut() {
            Some(example) if fixed || (named && joinable) => example.push(file),
            _ => examples.push(vec![file]),
        }
        joinable = named || fixed;
    }
    (examples, faults)
}

/// The path of a block that names none.
fn default_path(language: &str) -> &'static str {
    match language {
        "dockerfile" => "Dockerfile",
        "markdown" => "openspec/specs/example/spec.md",
        _ => ".gitlab-ci.yml",
    }
}
