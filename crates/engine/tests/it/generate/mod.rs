//! The design of workflows: with models that answer by a script, over three protocols, and offline.

mod aimock;
mod answers;
mod course;
mod demo;
mod refine;
mod resources;
