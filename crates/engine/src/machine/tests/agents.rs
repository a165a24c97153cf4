//! Agents: turns, calls, gates, crashes.

use serde_json::{Value, json};
use sluice_providers::{Message, ModelCall};
use sluice_types::limits::MAX_TURN_CALLS;
use sluice_types::{
    AgentFinish, DecideGate, ErrorCode, ExecutionStatus, GateKind, PatchStep, ReviewDecision, StepRunStatus, StepType,
};

use super::world::{Crash, End, World, agent, ended, path, step};
use crate::machine::{Command, Input, Signal};
use crate::work::Work;

/// Path and status of all step runs, in the order of paths.
fn runs(world: &World) -> Vec<String> {
    let mut runs: Vec<String> = world.machine.runs().iter().map(|run| format!("{} {}", run.path, run.status)).collect();
    runs.sort();
    runs
}

fn call_at<'w>(world: &'w World, at: &str) -> &'w ModelCall {
    let task = world.tasks.iter().find(|task| task.path == path(at)).expect("it is under way");
    let Work::Model(call) = &task.work else { panic!("{at} calls no model") };
    call
}

fn begun(world: &World) -> Vec<String> {
    world.begun.iter().map(|(path, attempt)| format!("{path}#{attempt}")).collect()
}

fn error_at(world: &World, at: &str) -> Option<ErrorCode> {
    world.run(at).error.as_ref().map(|error| error.code)
}

#[test]
fn turns_and_calls_are_step_runs() {
    let mut world = World::started(&[agent("s", "ll w end"), step("b", "{{steps.S.content}}")]);
    assert_eq!(begun(&world), ["s#1"]);
    world.end(&path("s"), End::Answer);
    world.finish();
    assert_eq!(world.status(), ExecutionStatus::Completed);
    assert_eq!(begun(&world), ["s#1", "s.1#1", "s.1.0#1", "s.1.1#1", "s.2#1", "s.2.0#1", "s.3#1", "b#1"]);
    let (turn, call, whole) = (world.run("s.1"), world.run("s.1.1"), world.run("s"));
    assert_eq!((turn.step_type, turn.tool_calls, turn.label.as_str()), (StepType::Llm, Some(2), "S"));
    assert_eq!(
        (call.step_type, call.tool.as_deref(), call.label.as_str()),
        (StepType::Tool, Some("box:look"), "box:look")
    );
    assert_eq!(call.output, Some(json!("<box:look {\"turn\":1,\"call\":1}>")));
    assert_eq!(whole.output, Some(json!("<ll w end>")));
    let told = whole.agent.clone().unwrap();
    assert_eq!((told.turns, told.finished, told.tools.len()), (Some(3), Some(AgentFinish::Answered), 2));
    assert!(whole.completed_at.is_some() && world.run("b").output == Some(json!("<<ll w end>>")));
}

#[test]
fn the_model_is_sent_the_whole_conversation() {
    let mut world = World::started(&[agent("s", "lu b end")]);
    world.end_all(End::Answer);
    world.end_all(End::Answer);
    world.end_all(End::Answer);
    world.end_all(End::Answer);
    let call = call_at(&world, "s.3");
    let said: Vec<String> = call
        .messages
        .iter()
        .map(|message| match message {
            Message::User(text) => format!("user {text}"),
            Message::Assistant(said) => format!("model {} {}", said.tool_calls.len(), json!(said.replay)),
            Message::Tool(result) => format!("{} {} {}", result.call_id, result.is_error, result.content),
        })
        .collect();
    assert_eq!(said[..2], ["user lu b end", "model 2 [{\"signed\":\"s.1\"}]"]);
    assert_eq!(said[2], "call_1_0 false <box:look {\"turn\":1,\"call\":0}>");
    assert_eq!(said[3], "call_1_1 true There is no tool `box_gone`. There are: box_look, box_write.");
    assert_eq!(said[4], "model 1 [{\"signed\":\"s.2\"}]");
    assert_eq!(said[5], "call_2_0 true The arguments are not valid JSON. Write them as one JSON object.");
    assert_eq!((said.len(), call.tools.len(), call.tools[0].name.as_str()), (6, 2, "box_look"));
    assert_eq!(error_at(&world, "s.1.1"), Some(ErrorCode::UnknownTool));
    world.finish();
    assert_eq!(world.status(), ExecutionStatus::Completed);
}

#[test]
fn reads_run_at_once_and_writes_alone() {
    let mut world = World::started(&[agent("s", "llwlw end")]);
    world.end_all(End::Answer);
    world.end_all(End::Answer);
    let under_way = |world: &World| world.tasks.iter().map(|task| task.path.to_string()).collect::<Vec<_>>();
    assert_eq!(under_way(&world), ["s.1.0", "s.1.1"]);
    world.end(&path("s.1.1"), End::Answer);
    assert_eq!(under_way(&world), ["s.1.0"]);
    world.end(&path("s.1.0"), End::Answer);
    assert_eq!(under_way(&world), ["s.1.2"]);
    world.end_all(End::Answer);
    assert_eq!(under_way(&world), ["s.1.3"]);
    world.end_all(End::Answer);
    assert_eq!(under_way(&world), ["s.1.4"]);
    world.finish();
    assert_eq!(world.status(), ExecutionStatus::Completed);
}

fn approving(prompt: &str, approve: &str) -> Value {
    let mut agent = agent("s", prompt);
    agent["approve"] = json!(approve);
    agent
}

fn decision(decision: ReviewDecision) -> DecideGate {
    DecideGate { decision, comment: None, content: None, budget_usd: None, opened_seq: None }
}

#[test]
fn a_write_is_approved_edited_or_refused() {
    let mut world = World::started(&[approving("lw ww end", "writes")]);
    for _ in 0..3 {
        world.end_all(End::Answer);
    }
    let run = world.run("s.1.1");
    let gate = run.gate.clone().unwrap();
    assert_eq!(
        (run.status, gate.kind, world.status()),
        (StepRunStatus::Waiting, GateKind::ToolCall, ExecutionStatus::Paused)
    );
    assert_eq!(gate.decisions, [ReviewDecision::Approve, ReviewDecision::Reject]);
    assert_eq!(serde_json::from_str::<Value>(&gate.content.unwrap()).unwrap(), json!({"turn": 1, "call": 1}));
    world.decide(&path("s.1.1"), ReviewDecision::Approve);
    world.crash();
    // It may have acted: that is asked, and not whether it may be made.
    assert_eq!(world.run("s.1.1").status, StepRunStatus::OutcomeUnknown);
    world.decide(&path("s.1.1"), ReviewDecision::Repeat);
    world.end_all(End::Answer);
    world.end_all(End::Answer);
    for wrong in ["[1]", "{", "{\"n\": 1e999}", "\"\""] {
        let edited = DecideGate { content: Some(wrong.into()), ..decision(ReviewDecision::Approve) };
        assert!(world.command(Command::Review(path("s.2.0"), edited)).is_err(), "{wrong}");
    }
    let edited = DecideGate { content: Some("{\"to\": \"b\"}".into()), ..decision(ReviewDecision::Approve) };
    world.command(Command::Review(path("s.2.0"), edited)).unwrap();
    world.end_all(End::Answer);
    assert_eq!(world.run("s.2.0").output, Some(json!("<box:write {\"to\":\"b\"}>")));
    let refused = DecideGate { comment: Some("Not on a Friday.".into()), ..decision(ReviewDecision::Reject) };
    world.command(Command::Review(path("s.2.1"), refused)).unwrap();
    assert_eq!(
        (world.run("s.2.1").status, error_at(&world, "s.2.1")),
        (StepRunStatus::Failed, Some(ErrorCode::ToolCallRefused))
    );
    let results: Vec<_> = call_at(&world, "s.3").messages.iter().rev().take(2).cloned().collect();
    let [Message::Tool(refused), Message::Tool(edited)] = &results[..] else { panic!("{results:?}") };
    assert_eq!((refused.content.as_str(), refused.is_error), ("A person refused this call. Not on a Friday.", true));
    assert_eq!(edited.content, "[A person changed the arguments to: {\"to\":\"b\"}]\n<box:write {\"to\":\"b\"}>");
    world.finish();
    assert_eq!(world.status(), ExecutionStatus::Completed);
    assert_eq!(world.run("s.1.1").attempt, 2);
}

#[test]
fn what_is_asked_depends_on_the_rule_and_not_on_yolo() {
    let gates = |approve: &str| {
        let mut world = World::of(&[approving("lw end", approve)]);
        world.set_yolo();
        world.start();
        world.finish();
        let asked = world.events.iter().filter(|event| event.step_status == Some(StepRunStatus::Waiting));
        asked.filter_map(|event| event.path.as_ref().map(ToString::to_string)).collect::<Vec<_>>()
    };
    assert_eq!(gates("never"), Vec::<String>::new());
    assert_eq!(gates("writes"), ["s.1.1"]);
    assert_eq!(gates("always"), ["s.1.0", "s.1.1"]);
    assert_eq!(gates("whenever"), ["s.1.0", "s.1.1"]);
}

#[test]
fn max_turns_end_with_what_there_is() {
    let mut cut = agent("s", "l l l l");
    cut["max_turns"] = json!(2);
    let mut world = World::started(&[cut.clone()]);
    world.finish();
    // No turn has said anything.
    assert_eq!((world.status(), error_at(&world, "s")), (ExecutionStatus::Failed, Some(ErrorCode::MaxTurnsReached)));
    assert_eq!(world.run("s").error.as_ref().unwrap().path, Some(path("s.2")));
    assert!(!world.has_run("s.2.0") && !world.has_run("s.3"), "nobody reads the results after the last turn");

    let mut world = World::started(&[cut.clone()]);
    world.end_all(End::Answer);
    world.say("s.1", "I look.");
    world.finish();
    let run = world.run("s");
    assert_eq!((world.status(), run.output.clone()), (ExecutionStatus::Completed, Some(json!("I look."))));
    assert_eq!(run.agent.as_ref().unwrap().finished, Some(AgentFinish::MaxTurns));
    assert!(world.events.iter().any(|event| event.message.as_ref().is_some_and(|it| it.contains("after 2 turns"))));

    cut["output_schema"] = json!({"type": "object"});
    let mut world = World::started(&[cut]);
    world.end_all(End::Answer);
    world.say("s.1", "I look.");
    world.finish();
    assert_eq!(error_at(&world, "s"), Some(ErrorCode::MaxTurnsReached));
}

#[test]
fn fifty_calls_of_a_turn_are_made_and_the_model_is_told_of_the_rest() {
    let mut world = World::started(&[agent("s", &format!("{} end", "l".repeat(MAX_TURN_CALLS + 1)))]);
    world.end_all(End::Answer);
    world.end_all(End::Answer);
    assert_eq!(world.tasks.len(), MAX_TURN_CALLS);
    world.end_all(End::Answer);
    assert_eq!(world.run("s.1").tool_calls, Some(51));
    let results = call_at(&world, "s.2").messages.iter().filter_map(|message| match message {
        Message::Tool(result) => Some(result),
        _ => None,
    });
    let results: Vec<_> = results.collect();
    assert_eq!((results.len(), results[50].is_error), (51, true));
    assert!(results[50].content.starts_with("This call was not made"));
}

#[test]
fn a_failed_turn_fails_the_agent_and_a_failed_call_does_not() {
    let mut world = World::started(&[agent("s", "l end")]);
    world.end_all(End::Answer);
    world.end_all(End::Answer);
    world.end_all(End::Rejected);
    assert_eq!(world.run("s.1.0").status, StepRunStatus::Failed);
    world.end(&path("s.2"), End::Rejected);
    assert_eq!((world.status(), error_at(&world, "s")), (ExecutionStatus::Failed, Some(ErrorCode::ProviderRejected)));
    assert_eq!(world.run("s").error.as_ref().unwrap().path, Some(path("s.2")));
    assert_eq!(world.machine.journal().state.error.as_ref().unwrap().path, Some(path("s.2")));
}

#[test]
fn a_retry_goes_on_from_a_turn_or_begins_again() {
    let failed = || {
        let mut world = World::started(&[agent("s", "l l end"), step("b", "{{steps.S.content}}")]);
        for _ in 0..4 {
            world.end_all(End::Answer);
        }
        world.end_all(End::Answer);
        world.end(&path("s.3"), End::Rejected);
        assert_eq!(world.status(), ExecutionStatus::Failed);
        world.begun.clear();
        world
    };
    let mut world = failed();
    world.command(Command::Retry(path("s.2.0"), PatchStep::default())).unwrap();
    world.finish();
    assert_eq!(
        (world.status(), begun(&world)),
        (ExecutionStatus::Completed, vec!["s.2.0#2".into(), "s.3#2".into(), "b#1".into()])
    );
    let mut world = failed();
    world.command(Command::Retry(path("s.2"), PatchStep::default())).unwrap();
    world.finish();
    assert_eq!(begun(&world), ["s.2#2", "s.2.0#2", "s.3#2", "b#1"]);
    let mut world = failed();
    world.command(Command::Retry(path("s"), PatchStep::default())).unwrap();
    world.finish();
    assert_eq!(begun(&world), ["s#2", "s.1#2", "s.1.0#2", "s.2#2", "s.2.0#2", "s.3#2", "b#1"]);
    assert_eq!(world.status(), ExecutionStatus::Completed);
    assert!(world.command(Command::Retry(path("s.9"), PatchStep::default())).is_err());
}

#[test]
fn a_conversation_that_is_too_long_drops_its_oldest_results_where_the_agent_allows_it() {
    let mut dropping = agent("s", "ll l end");
    dropping["on_context_full"] = json!("drop_oldest_results");
    let run = |step: &Value| {
        let mut world = World::started(std::slice::from_ref(step));
        for _ in 0..5 {
            world.end_all(End::Answer);
        }
        world.fail("s.3", ErrorCode::ContextTooLong);
        world
    };
    let mut world = run(&dropping);
    let left_out = |world: &World| {
        let results = call_at(world, "s.3").messages.iter().filter_map(|message| match message {
            Message::Tool(result) => Some(result.content.starts_with("[This result was left out")),
            _ => None,
        });
        results.collect::<Vec<_>>()
    };
    world.pass(chrono::TimeDelta::zero());
    assert_eq!(left_out(&world), [true, true, false]);
    world.fail("s.3", ErrorCode::ContextTooLong);
    world.pass(chrono::TimeDelta::zero());
    assert_eq!(left_out(&world), [true, true, true]);
    world.fail("s.3", ErrorCode::ContextTooLong);
    assert_eq!(error_at(&world, "s"), Some(ErrorCode::ContextTooLong));
    assert_eq!(error_at(&run(&agent("s", "ll l end")), "s"), Some(ErrorCode::ContextTooLong));
}

#[test]
fn an_agent_of_ten_turns_that_is_stopped_in_each_repeats_nothing_that_completed() {
    let prompt = "l w lw l l w l l w end";
    let mut undisturbed = World::started(&[agent("s", prompt)]);
    undisturbed.finish();
    assert_eq!(undisturbed.run("s").agent.as_ref().unwrap().turns, Some(10));
    for turn in 0..undisturbed.turns() {
        for crash in [Crash::BeforeCommit, Crash::AfterCommit] {
            let mut world = World::of(&[agent("s", prompt)]);
            world.crashes.insert(turn, crash);
            world.start();
            world.finish();
            assert_eq!(world.essence(), undisturbed.essence(), "{turn} {crash:?}");
            let repeated = world.begun.iter().filter(|(_, attempt)| *attempt > 1).count();
            assert!(repeated <= 2, "{turn} {crash:?}: {:?}", world.begun);
        }
    }
}

#[test]
fn the_effort_grows_with_the_turns() {
    let written = |turns: usize| {
        let mut step = agent("s", &format!("{}end", "l ".repeat(turns)));
        step["max_turns"] = json!(200);
        let mut world = World::started(&[step]);
        world.finish();
        assert_eq!(world.status(), ExecutionStatus::Completed);
        world.written
    };
    let (short, long) = (written(10), written(100));
    assert!(long <= short * 10 + 10, "{short} rows for 10 turns, {long} for 100");
}

#[test]
fn an_agent_in_a_container_costs_once() {
    let inside = json!({"id": "each", "label": "Each", "type": "parallel", "for_each": "[1, 2]",
        "steps": [agent("s", "ll end")]});
    let mut world = World::started(&[inside]);
    world.finish();
    assert_eq!(world.status(), ExecutionStatus::Completed);
    let total = world.machine.journal().state.token_usage;
    assert!(total.input_tokens > 0);
    assert_eq!(world.run("each").token_usage, total);
    let agents = ["each.0.s", "each.1.s"].map(|at| world.run(at).token_usage.input_tokens);
    assert_eq!(agents.iter().sum::<u64>(), total.input_tokens);
}

#[test]
fn only_a_long_conversation_takes_long() {
    let takes_long = |text: &str| {
        let mut world = World::started(&[agent("s", "l l end")]);
        world.end_all(End::Answer);
        world.say("s.1", text);
        let end = ended(world.tasks.remove(0), End::Answer);
        world.machine.takes_long(&Input::Signals(vec![Signal::AttemptEnded(end)]))
    };
    assert!(!takes_long("I look.") && takes_long(&"x".repeat(crate::templating::MAX_INLINE_BYTES)));
}

#[test]
fn a_change_of_one_item_holds_for_the_turns_of_its_agent() {
    let each = json!({"id": "each", "label": "Each", "type": "parallel", "for_each": "[1, 2]", "max_concurrency": 1,
        "steps": [agent("s", "l end")]});
    let mut world = World::started(&[each]);
    world.end_all(End::Answer);
    world.end(&path("each.0.s.1"), End::Rejected);
    assert_eq!(world.status(), ExecutionStatus::Failed);
    let system_prompt = Some(Some("Be brief.".into()));
    let patch =
        PatchStep { model: Some(Some("demo-instant".into())), system_prompt, only_here: true, ..PatchStep::default() };
    world.command(Command::Retry(path("each.0.s.1"), patch.clone())).unwrap();
    assert_eq!(call_at(&world, "each.0.s.1").model, "demo-instant");
    // Its instructions were filled in when it began.
    assert_eq!(call_at(&world, "each.0.s.1").system, None);
    world.end(&path("each.0.s.1"), End::Rejected);
    world.command(Command::Retry(path("each.0.s"), patch)).unwrap();
    world.end_all(End::Answer);
    assert_eq!(call_at(&world, "each.0.s.1").system.as_deref(), Some("Be brief."));
    for _ in 0..4 {
        world.end_all(End::Answer);
    }
    let second = call_at(&world, "each.1.s.1");
    assert_eq!((second.model.as_str(), &second.system), ("demo-echo", &None));
    world.finish();
    assert_eq!(world.status(), ExecutionStatus::Completed);
}

#[test]
fn cancelling_stops_turns_and_calls() {
    let mut world = World::started(&[agent("s", "ll end")]);
    world.end_all(End::Answer);
    world.end_all(End::Answer);
    world.command(Command::Cancel).unwrap();
    assert_eq!(runs(&world), ["s cancelled", "s.1 completed", "s.1.0 cancelled", "s.1.1 cancelled"]);
    assert!(world.tasks.is_empty());
    world.command(Command::Retry(path("s.1.0"), PatchStep::default())).unwrap();
    world.finish();
    assert_eq!(world.status(), ExecutionStatus::Completed);
}

#[test]
fn a_budget_stops_an_agent_between_turns() {
    let mut costly = agent("s", "l l end");
    costly["provider"] = json!("openai");
    costly["model"] = json!("gpt-5.4-mini");
    costly["max_tokens"] = json!(1_000);
    let needed = {
        let mut world = World::with_budget(std::slice::from_ref(&costly), 0.0);
        world.start();
        world.end_all(End::Answer);
        world.run("s.1").gate.as_ref().unwrap().needed_usd.unwrap()
    };
    // Enough for the first turn, and not for what it cost and the next one.
    let mut world = World::with_budget(&[costly], needed * 1.001);
    world.start();
    world.finish();
    let at = world.events.iter().find(|event| event.step_status == Some(StepRunStatus::Waiting)).unwrap().path.clone();
    assert!(at.unwrap().in_agent().is_some_and(|at| at.turn > 1 && at.call.is_none()), "{:?}", runs(&world));
}
