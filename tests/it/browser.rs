//! A headless Chromium, driven over its debugging pipe: messages in JSON, each ended by a zero byte.

use std::cell::Cell;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

/// One answer may take this long on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Browser {
    process: Child,
    input: ChildStdin,
    answers: Receiver<Json>,
    session: Option<String>,
    last: Cell<u64>,
    /// What the browser told without being asked.
    pub(crate) events: Vec<Json>,
    profile: PathBuf,
}

/// The browser of this machine, if it has one.
pub(crate) fn program() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let folders: Vec<PathBuf> =
        std::env::var_os("PATH").map(|it| std::env::split_paths(&it).collect()).unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let found = folders.iter().flat_map(|folder| names.map(|name| folder.join(name)));
    named.into_iter().chain(found).find(|path| path.is_file())
}

impl Browser {
    /// Opens a page and waits until it is there.
    pub(crate) fn open(program: &Path, page: &Path) -> Self {
        let profile = std::env::temp_dir().join(format!("pipespec-browser-{}", std::process::id()));
        // The pipe is file descriptors 3 and 4, which only a shell can set up.
        let mut process = Command::new("sh")
            .arg("-c")
            .arg("exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1")
            .arg("sh")
            .arg(program)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
            .args(["--no-first-run", "--disable-background-networking", "--disable-extensions"])
            .args(["--window-size=1300,1000", "--remote-debugging-pipe"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        let input = process.stdin.take().expect("a pipe");
        let mut output = BufReader::new(process.stdout.take().expect("a pipe"));
        let (sender, answers) = channel();
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            while output.read_until(0, &mut bytes).is_ok_and(|count| count > 0) {
                bytes.pop();
                let message = serde_json::from_slice(&bytes).unwrap_or(Json::Null);
                if sender.send(message).is_err() {
                    break;
                }
                bytes.clear();
            }
        });
        let mut browser = Self {
            process,
            input,
            answers,
            session: None,
            last: Cell::new(0),
            events: Vec::new(),
            profile,
        };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = browser.call("Target.attachToTarget", attach);
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser.call("Page.navigate", json!({"url": format!("file://{}", page.display())}));
        browser.wait_for("document.readyState === 'complete' && location.protocol === 'file:'");
        browser
    }

    /// Calls a method and gives its result.
    pub(crate) fn call(&mut self, method: &str, params: Json) -> Json {
        let id = self.last.get() + 1;
        self.last.set(id);
        let mut message = json!({"id": id, "method": method, "params": params});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.input.write_all(&bytes).expect("the browser listens");
        loop {
            let answer = self.answers.recv_timeout(PATIENCE).expect("the browser answers");
            if answer["id"] == json!(id) {
                assert!(answer.get("error").is_none(), "{method}: {answer}");
                return answer["result"].clone();
            }
            self.events.push(answer);
        }
    }

    /// The value of an expression in the page.
    pub(crate) fn value(&mut self, expression: &str) -> Json {
        let params = json!({"expression": expression, "returnByValue": true});
        let result = self.call("Runtime.evaluate", params);
        assert!(result.get("exceptionDetails").is_none(), "{expression}: {result}");
        result["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    pub(crate) fn wait_for(&mut self, expression: &str) {
        let start = Instant::now();
        while self.value(expression) != json!(true) {
            assert!(start.elapsed() < PATIENCE, "never: {expression}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses the mouse in the middle of the first element that a selector finds.
    pub(crate) fn click(&mut self, selector: &str) {
        let quoted = json!(selector);
        let place = self.value(&format!(
            "(() => {{ const it = document.querySelector({quoted}); it.scrollIntoView({{block: 'center', inline: 'center'}}); \
             const box = it.getClientRects()[0]; return [box.x + box.width / 2, box.y + box.height / 2]; }})()"
        ));
        for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
            let button = if kind == "mouseMoved" { "none" } else { "left" };
            self.call(
                "Input.dispatchMouseEvent",
                json!({"type": kind, "x": place[0], "y": place[1], "button": button, "clickCount": 1}),
            );
        }
    }

    /// Presses a key that writes nothing, or Enter.
    pub(crate) fn press(&mut self, key: &str) {
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            "Escape" => 27,
            _ => 32,
        };
        let text = if key == "Enter" { "\r" } else { "" };
        let down = json!({"type": "keyDown", "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text});
        self.call("Input.dispatchKeyEvent", down);
        self.call(
            "Input.dispatchKeyEvent",
            json!({"type": "keyUp", "key": key, "code": key, "windowsVirtualKeyCode": code}),
        );
    }

    /// The whole page as it looks.
    pub(crate) fn screenshot(&mut self, path: &Path) -> Picture {
        let params = json!({"format": "png", "captureBeyondViewport": true});
        let data = self.call("Page.captureScreenshot", params);
        let bytes = from_base64(data["data"].as_str().expect("a picture"));
        std::fs::write(path, &bytes).expect("a file");
        let mut reader =
            png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a picture");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut pixels).expect("pixels");
        Picture {
            width: info.width as usize,
            height: info.height as usize,
            samples: info.color_type.samples(),
            pixels,
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may have gone away by itself; either way its profile is of no use any more.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

pub(crate) struct Picture {
    pub(crate) width: usize,
    pub(crate) height: usize,
    samples: usize,
    pixels: Vec<u8>,
}

impl Picture {
    /// Red, green and blue.
    pub(crate) fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let start = (y * self.width + x) * self.samples;
        [self.pixels[start], self.pixels[start + 1], self.pixels[start + 2]]
    }

    /// How many different colours there are in a part of it.
    pub(crate) fn colours(&self, (x, y): (usize, usize), (width, height): (usize, usize)) -> usize {
        let columns = x..(x + width).min(self.width);
        let mut all: Vec<[u8; 3]> = (y..(y + height).min(self.height))
            .flat_map(|y| columns.clone().map(move |x| (x, y)))
            .map(|(x, y)| self.at(x, y))
            .collect();
        all.sort_unstable();
        all.dedup();
        all.len()
    }

    /// How light it is, from 0 to 255.
    pub(crate) fn light(&self) -> f64 {
        let all = (0..self.height).step_by(7).flat_map(|y| {
            (0..self.width)
                .step_by(7)
                .map(move |x| self.at(x, y).iter().map(|it| f64::from(*it)).sum::<f64>())
        });
        let all: Vec<f64> = all.collect();
        all.iter().sum::<f64>() / all.len() as f64 / 3.0
    }
}

fn from_base64(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for letter in text.bytes().filter(|it| *it != b'=') {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            _ => 63,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).unwrap_or_default());
        }
    }
    bytes
}
