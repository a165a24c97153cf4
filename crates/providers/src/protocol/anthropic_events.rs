//! The events of an answer in Anthropic's messages.
//!
//! Sources: <https://platform.claude.com/docs/en/build-with-claude/streaming>,
//! <https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons>. What comes back in the next request:
//! <https://platform.claude.com/docs/en/build-with-claude/extended-thinking#preserving-thinking-blocks>.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sluice_types::{FinishReason, TokenUsage};

use super::{ReadFrames, append, as_object, count, set, text};
use crate::answer::Answer;
use crate::error::ProviderError;

/// Reads the events of an answer, or the message of a server that does not stream.
#[derive(Default)]
pub struct Reader {
    blocks: BTreeMap<u64, Block>,
    counts: Counts,
}

/// A block of content as the provider wants it back, while it is written.
struct Block {
    value: Value,
    /// The input of a tool so far.
    input: String,
}

/// Tokens as the provider counts them: each token of the prompt once.
#[derive(Clone, Copy, Default)]
struct Counts {
    input: u64,
    cache_read: u64,
    cache_write: u64,
    output: u64,
    thinking: u64,
}

impl ReadFrames for Reader {
    fn read(&mut self, frame: &Value, event: Option<&str>, answer: &mut Answer) -> Result<(), ProviderError> {
        let index = count(frame, "/index");
        match text(frame, "type").or(event) {
            Some("message_start") => self.count(frame.pointer("/message/usage"), answer),
            Some("content_block_start") => {
                if let Some(block) = frame.get("content_block") {
                    self.start(index, block, answer)?;
                }
            }
            Some("content_block_delta") => {
                if let Some(delta) = frame.get("delta") {
                    self.delta(index, delta, answer)?;
                }
            }
            Some("message_delta") => {
                // Servers that follow an older page put the counts into the delta.
                self.count(frame.get("usage").or_else(|| frame.pointer("/delta/usage")), answer);
                self.finish(frame.get("delta"), answer)?;
            }
            Some("message_stop") => {
                self.settle(false, answer)?;
                answer.end_marker();
            }
            Some("message") => {
                let blocks = frame.get("content").and_then(Value::as_array).into_iter().flatten();
                (0_u64..).zip(blocks).try_for_each(|(index, block)| self.start(index, block, answer))?;
                self.count(frame.get("usage"), answer);
                self.finish(Some(frame), answer)?;
            }
            // Pings, ends of blocks, and events that came with a later version: new ones may come at any time.
            _ => {}
        }
        Ok(())
    }
}

impl Reader {
    /// A block begins. Some servers send it whole.
    fn start(&mut self, index: u64, block: &Value, answer: &mut Answer) -> Result<(), ProviderError> {
        match text(block, "type") {
            Some("text") => answer.text(text(block, "text").unwrap_or_default()),
            Some("thinking") => answer.thinking(text(block, "thinking").unwrap_or_default()),
            Some("tool_use") => answer.tool_call(index, text(block, "id"), text(block, "name"))?,
            // Redacted thoughts, and tools that the provider runs itself.
            _ => {}
        }
        self.blocks.insert(index, Block { value: block.clone(), input: String::new() });
        Ok(())
    }

    fn delta(&mut self, index: u64, delta: &Value, answer: &mut Answer) -> Result<(), ProviderError> {
        let piece = |key| text(delta, key).unwrap_or_default();
        match text(delta, "type") {
            Some("text_delta") => {
                answer.text(piece("text"));
                append(&mut self.block(index, "text").value, "text", piece("text"));
            }
            Some("thinking_delta") => {
                answer.thinking(piece("thinking"));
                append(&mut self.block(index, "thinking").value, "thinking", piece("thinking"));
            }
            Some("signature_delta") => {
                append(&mut self.block(index, "thinking").value, "signature", piece("signature"));
            }
            Some("input_json_delta") => {
                let block = self.block(index, "tool_use");
                block.input.push_str(piece("partial_json"));
                // A piece that belongs to a text belongs to no call, which is told. Tools of the provider's own are no calls.
                if block.is("tool_use") || block.is("text") {
                    answer.tool_arguments(index, piece("partial_json"))?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The block with this number. Some servers do not announce their blocks.
    fn block(&mut self, index: u64, kind: &str) -> &mut Block {
        self.blocks.entry(index).or_insert_with(|| Block { value: json!({"type": kind}), input: String::new() })
    }

    /// Why the answer ends, where this part of it says so.
    fn finish(&mut self, part: Option<&Value>, answer: &mut Answer) -> Result<(), ProviderError> {
        let Some(part) = part else { return Ok(()) };
        let Some(word) = text(part, "stop_reason").filter(|word| !word.is_empty()) else { return Ok(()) };
        let reason = finish_reason(word);
        let explanation = part.pointer("/stop_details/explanation").and_then(Value::as_str);
        if let (FinishReason::Refusal, Some(words)) = (reason, explanation)
            && !self.blocks.values().any(Block::has_text)
        {
            answer.text(words);
        }
        let pauses = word == "pause_turn";
        if pauses {
            answer.pause();
        }
        self.settle(pauses, answer)?;
        answer.finish(reason, word);
        Ok(())
    }

    /// Ends the blocks, and keeps them where the provider wants them back: signed thoughts and calls of tools for the
    /// next turn, everything after a pause.
    fn settle(&mut self, pauses: bool, answer: &mut Answer) -> Result<(), ProviderError> {
        let blocks = std::mem::take(&mut self.blocks);
        let come_back = pauses || blocks.values().any(Block::must_come_back);
        for (index, mut block) in blocks {
            match block.value.get("input") {
                Some(Value::Object(whole)) if block.is("tool_use") && block.input.is_empty() && !whole.is_empty() => {
                    answer.tool_arguments(index, &Value::Object(whole.clone()).to_string())?;
                }
                _ => block.take_input(),
            }
            // The API takes no text without a letter.
            if come_back && (block.has_text() || !block.is("text")) {
                answer.replay(block.value);
            }
        }
        Ok(())
    }

    /// Counts are of the whole answer so far. One that is left out, or zero, is as it was.
    fn count(&mut self, told: Option<&Value>, answer: &mut Answer) {
        let Some(told) = told else { return };
        let newer = |pointer: &str, known: u64| Some(count(told, pointer)).filter(|&count| count > 0).unwrap_or(known);
        self.counts = Counts {
            input: newer("/input_tokens", self.counts.input),
            cache_read: newer("/cache_read_input_tokens", self.counts.cache_read),
            cache_write: newer("/cache_creation_input_tokens", self.counts.cache_write),
            output: newer("/output_tokens", self.counts.output),
            thinking: newer("/output_tokens_details/thinking_tokens", self.counts.thinking),
        };
        answer.usage(self.counts.usage());
    }
}

impl Block {
    fn is(&self, kind: &str) -> bool {
        text(&self.value, "type") == Some(kind)
    }

    fn has_text(&self) -> bool {
        text(&self.value, "text").is_some_and(|text| !text.is_empty())
    }

    fn must_come_back(&self) -> bool {
        let is_signed = text(&self.value, "signature").is_some_and(|signature| !signature.is_empty());
        is_signed || self.is("redacted_thinking") || self.is("tool_use")
    }

    /// Puts the input of a tool, which came in pieces, into its block.
    fn take_input(&mut self) {
        if self.input.is_empty() {
            return;
        }
        let input = std::mem::take(&mut self.input);
        let input = serde_json::from_str(&input).unwrap_or(Value::String(input));
        set(&mut self.value, "input", Some(as_object(&input)));
    }
}

impl Counts {
    fn usage(self) -> TokenUsage {
        TokenUsage {
            input_tokens: self.input.saturating_add(self.cache_read).saturating_add(self.cache_write),
            output_tokens: self.output,
            cached_input_tokens: self.cache_read,
            cache_write_tokens: self.cache_write,
            reasoning_tokens: self.thinking.min(self.output),
        }
    }
}

/// Anthropic's words first, then those that gateways pass on from other models.
fn finish_reason(word: &str) -> FinishReason {
    match word {
        "end_turn" | "stop_sequence" | "stop" => FinishReason::Stop,
        "max_tokens" | "model_context_window_exceeded" | "length" => FinishReason::Length,
        "tool_use" | "tool_calls" => FinishReason::ToolCalls,
        "refusal" => FinishReason::Refusal,
        "content_filter" => FinishReason::ContentFilter,
        "error" | "abort" => FinishReason::Error,
        _ => FinishReason::Other,
    }
}
