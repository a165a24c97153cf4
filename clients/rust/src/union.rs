//! Reads a definition with every kind of step that is planned, and writes it again.

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (source, target) = (arguments.next().unwrap(), arguments.next().unwrap());
    let text = std::fs::read_to_string(source).unwrap();
    let definition: union_client::models::Definition = serde_json::from_str(&text).unwrap();
    std::fs::write(target, serde_json::to_string(&definition).unwrap()).unwrap();
}
