//! Messages over standard input and output.
//!
//! `lsp-server` has such a transport too; it ends at the first body that is no message. This one answers it with an
//! error, as JSON-RPC has it, and goes on.

use std::io::{self, BufRead, Read as _, Write as _};
use std::thread;

use lsp_server::{Connection, Message};

/// No message is longer, in bytes.
const MAX_LENGTH: usize = 256 * 1024 * 1024;

/// What came in.
enum Incoming {
    Message(Message),
    /// A body that is no message, with the error code and what is wrong with it.
    Broken(i32, String),
    End,
}

pub(super) fn serve_stdio(serve: impl FnOnce(&Connection) -> bool) -> bool {
    let (server, client) = Connection::memory();
    let Connection { sender, receiver } = client;
    let writer = thread::spawn(move || {
        for message in receiver {
            if serde_json::to_string(&Body::of(&message)).map(|text| write(&text)).is_err() {
                break;
            }
        }
    });
    // It waits for input that may never come, so nobody waits for it.
    thread::spawn(move || {
        let mut input = io::stdin().lock();
        loop {
            match read(&mut input) {
                Ok(Incoming::Message(message)) => {
                    if sender.send(message).is_err() {
                        break;
                    }
                }
                Ok(Incoming::Broken(code, message)) => {
                    let error = serde_json::json!({"code": code, "message": message});
                    let body = serde_json::json!({"jsonrpc": "2.0", "id": null, "error": error});
                    write(&body.to_string());
                }
                Ok(Incoming::End) | Err(_) => break,
            }
        }
    });
    let in_order = serve(&server);
    drop(server);
    // What was said last is still to be written.
    let _ = writer.join();
    in_order
}

/// A message as it is written.
#[derive(serde::Serialize)]
struct Body<'m> {
    jsonrpc: &'static str,
    #[serde(flatten)]
    message: &'m Message,
}

impl<'m> Body<'m> {
    const fn of(message: &'m Message) -> Self {
        Self { jsonrpc: "2.0", message }
    }
}

fn write(body: &str) {
    let mut out = io::stdout().lock();
    // Nobody is left to tell if the client has gone away; the reader will find out.
    let _ = write!(out, "Content-Length: {}\r\n\r\n{body}", body.len()).and_then(|()| out.flush());
}

fn read(input: &mut impl BufRead) -> io::Result<Incoming> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if input.by_ref().take(64 * 1024).read_until(b'\n', &mut line)? == 0 {
            return Ok(Incoming::End);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim();
        if line.is_empty() {
            match length {
                Some(length) => return body(input, length),
                // Blank lines between messages.
                None => continue,
            }
        }
        if let Some((name, value)) = line.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse::<usize>().ok();
        }
    }
}

fn body(input: &mut impl BufRead, length: usize) -> io::Result<Incoming> {
    if length > MAX_LENGTH {
        return Err(io::Error::other("the message is too long"));
    }
    let mut body = Vec::new();
    input.by_ref().take(length as u64).read_to_end(&mut body)?;
    if body.len() < length {
        return Ok(Incoming::End);
    }
    let broken = |code, what: String| Ok(Incoming::Broken(code, what));
    match serde_json::from_slice::<serde_json::Value>(&body) {
        Err(error) => broken(-32700, format!("this is no JSON: {error}")),
        Ok(value) => match serde_json::from_value::<Message>(value) {
            Err(_) => broken(-32600, "this is no request, response or notification".to_owned()),
            Ok(message) => Ok(Incoming::Message(message)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_bodies_are_told_and_the_next_message_is_read() {
        let frame = |body: &str| format!("Content-Length: {}\r\n\r\n{body}", body.len());
        let good = r#"{"jsonrpc":"2.0","method":"exit"}"#;
        let all = [&frame("{"), "\r\nnonsense\r\n", &frame("[1]"), &frame("\u{e9}"), &frame(good)];
        let input = all.map(ToString::to_string).concat();
        let mut input = io::Cursor::new(input.into_bytes());
        let mut codes = Vec::new();
        loop {
            match read(&mut input).unwrap() {
                Incoming::Broken(code, _) => codes.push(code),
                Incoming::Message(Message::Notification(it)) => {
                    assert_eq!(it.method, "exit");
                    codes.push(0);
                }
                Incoming::Message(_) => unreachable!(),
                Incoming::End => break,
            }
        }
        assert_eq!(codes, [-32700, -32600, -32700, 0]);
    }
}
