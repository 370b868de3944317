//! What printed documents promise, asked of the files themselves with the tools of poppler and qpdf (installed by the project).

#[path = "../sample/mod.rs"]
mod sample;

mod form;
mod leaves;
mod papers;
mod reading;
mod templates;
mod work_order;
