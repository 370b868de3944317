//! Nothing lives here: the tests of the machines together are in `tests/`, what they stand on is in `tests/harness`.
