//! Standard input, as lines that an operator says.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsFd as _, BorrowedFd};

/// More than any command has.
const LONGEST: usize = 1_024;

/// Lines as they come, until there are no more.
pub(crate) struct Lines {
    input: Option<File>,
    started: Vec<u8>,
}

impl Lines {
    /// What this process's standard input brings.
    pub(crate) fn of_standard_input() -> Self {
        let input = io::stdin().as_fd().try_clone_to_owned();
        Self {
            input: input.ok().map(File::from),
            started: Vec::new(),
        }
    }

    /// What to wait on, as long as more can come.
    pub(crate) fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.input.as_ref().map(|input| input.as_fd())
    }

    /// What has come, where the descriptor says that something has: whole lines that say something.
    /// The last one may lack its end.
    pub(crate) fn take(&mut self) -> Vec<String> {
        let mut bytes = [0; LONGEST];
        let count = match &mut self.input {
            // A terminal whose foreground is another program's gives an error.
            Some(input) => input.read(&mut bytes).unwrap_or(0),
            None => 0,
        };
        self.started.extend_from_slice(&bytes[..count]);
        if count == 0 {
            self.input = None;
            self.started.push(b'\n');
        }
        let end = self.started.iter().rposition(|byte| *byte == b'\n');
        let whole: Vec<u8> = match end {
            Some(end) => self.started.drain(..=end).collect(),
            // Too long to be a command: said as it is, it is not understood.
            None if self.started.len() > LONGEST => std::mem::take(&mut self.started),
            None => Vec::new(),
        };
        let text = String::from_utf8_lossy(&whole);
        let lines = text.lines().map(str::trim);
        lines
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect()
    }
}
