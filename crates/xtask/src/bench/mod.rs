pub fn run(_: &[String]) -> crate::fail::Done { Ok(()) }
