//! Types as the interfaces know them, read into JSON Schema. The TypeScript is generated from the Rust types, so the description of
//! the API, the interfaces and the server speak of the same shapes. Refuses (panics in a test) what it does not understand.

use serde_json::{Map, Value, json};

/// The schema of a type text such as `{ a: string, b?: Array<JobId> | null, }`.
pub fn schema(text: &str) -> Value {
    let tokens = tokens(text);
    let mut reader = Reader { tokens: &tokens, at: 0 };
    let schema = reader.union();
    assert_eq!(reader.at, tokens.len(), "not understood in a type: {text}");
    schema
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Mark(char),
}

/// Comments between members are for people.
fn tokens(text: &str) -> Vec<Token> {
    let (mut tokens, mut rest) = (Vec::new(), text);
    while let Some(first) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, after)| after);
        } else if let Some(quoted) = rest.strip_prefix('"') {
            let (inside, after) = quoted.split_once('"').unwrap_or((quoted, ""));
            tokens.push(Token::Text(inside.to_owned()));
            rest = after;
        } else if first.is_alphanumeric() || first == '_' || first == '$' {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
            tokens.push(Token::Word(rest[..end].to_owned()));
            rest = &rest[end..];
        } else {
            if !first.is_whitespace() {
                tokens.push(Token::Mark(first));
            }
            rest = &rest[first.len_utf8()..];
        }
    }
    tokens
}

struct Reader<'t> {
    tokens: &'t [Token],
    at: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<&Token> {
        self.at += 1;
        self.tokens.get(self.at - 1)
    }

    fn takes(&mut self, mark: char) -> bool {
        let there = self.tokens.get(self.at) == Some(&Token::Mark(mark));
        self.at += usize::from(there);
        there
    }

    fn needs(&mut self, mark: char) {
        assert!(self.takes(mark), "{mark} expected before {:?}", self.tokens.get(self.at));
    }

    fn union(&mut self) -> Value {
        // A union may begin with its mark.
        self.takes('|');
        let mut choices = vec![self.intersection()];
        while self.takes('|') {
            choices.push(self.intersection());
        }
        one_of(choices)
    }

    fn intersection(&mut self) -> Value {
        let mut parts = vec![self.array()];
        while self.takes('&') {
            parts.push(self.array());
        }
        if parts.len() == 1 { parts.remove(0) } else { json!({ "allOf": parts }) }
    }

    fn array(&mut self) -> Value {
        let mut item = self.primary();
        while self.tokens.get(self.at..self.at + 2) == Some(&[Token::Mark('['), Token::Mark(']')]) {
            self.at += 2;
            item = json!({ "type": "array", "items": item });
        }
        item
    }

    fn primary(&mut self) -> Value {
        match self.next().cloned() {
            Some(Token::Text(text)) => json!({ "const": text }),
            Some(Token::Mark('(')) => {
                let inside = self.union();
                self.needs(')');
                inside
            }
            Some(Token::Mark('{')) => self.object(),
            Some(Token::Mark('[')) => self.tuple(),
            Some(Token::Word(word)) => self.named(&word),
            other => panic!("no type begins with {other:?}"),
        }
    }

    fn named(&mut self, word: &str) -> Value {
        match word {
            "string" => json!({ "type": "string" }),
            // Every number of this product is whole: fen, minutes, metres, positions.
            "number" => json!({ "type": "integer" }),
            "boolean" => json!({ "type": "boolean" }),
            "null" => json!({ "type": "null" }),
            "unknown" | "any" => json!({}),
            "Array" => json!({ "type": "array", "items": self.arguments().remove(0) }),
            // `Record<symbol, never>` is how an object without members is written.
            "Record" => match self.arguments().remove(1) {
                Value::Bool(false) => json!({ "type": "object" }),
                value => json!({ "type": "object", "additionalProperties": value }),
            },
            "symbol" => json!({}),
            "never" => json!(false),
            "true" => json!({ "const": true }),
            "false" => json!({ "const": false }),
            word => match word.parse::<i64>() {
                Ok(number) => json!({ "const": number }),
                Err(_) => json!({ "$ref": format!("#/components/schemas/{word}") }),
            },
        }
    }

    fn arguments(&mut self) -> Vec<Value> {
        self.needs('<');
        let mut all = vec![self.union()];
        while self.takes(',') {
            all.push(self.union());
        }
        self.needs('>');
        all
    }

    fn tuple(&mut self) -> Value {
        let mut items = Vec::new();
        while !self.takes(']') {
            items.push(self.union());
            self.takes(',');
        }
        json!({ "type": "array", "prefixItems": items, "minItems": items.len(), "maxItems": items.len() })
    }

    fn object(&mut self) -> Value {
        let (mut properties, mut required) = (Map::new(), Vec::new());
        while !self.takes('}') {
            if self.takes('[') {
                // `[key in string]?: T`
                while !self.takes(']') {
                    self.at += 1;
                }
                self.takes('?');
                self.needs(':');
                let value = self.union();
                self.takes(',');
                self.needs('}');
                return json!({ "type": "object", "additionalProperties": value });
            }
            let name = match self.next().cloned() {
                Some(Token::Word(name) | Token::Text(name)) => name,
                other => panic!("no member begins with {other:?}"),
            };
            let optional = self.takes('?');
            self.needs(':');
            let value = self.union();
            properties.insert(name.clone(), value);
            if !optional {
                required.push(name);
            }
            if !self.takes(',') {
                self.takes(';');
            }
        }
        let mut object = json!({ "type": "object", "properties": properties });
        if !required.is_empty() {
            object["required"] = json!(required);
        }
        object
    }
}

/// Words alone are an enumeration; anything else is any of its parts.
fn one_of(mut choices: Vec<Value>) -> Value {
    if choices.len() == 1 {
        return choices.remove(0);
    }
    let words: Vec<&Value> = choices.iter().filter_map(|c| c.get("const")).collect();
    if words.len() == choices.len() {
        return json!({ "enum": words });
    }
    json!({ "anyOf": choices })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_become_schemas() {
        let table = [
            ("\"a\" | \"b\"", json!({ "enum": ["a", "b"] })),
            (
                "Array<JobId> | null",
                json!({ "anyOf": [{ "type": "array", "items": { "$ref": "#/components/schemas/JobId" } }, { "type": "null" }] }),
            ),
            (
                "{ [key in string]?: number }",
                json!({ "type": "object", "additionalProperties": { "type": "integer" } }),
            ),
            ("Record<symbol, never>", json!({ "type": "object" })),
            (
                "{ \"kind\": \"x\", /** why, with: marks } */ n?: number | null, } & Base",
                json!({ "allOf": [
                    { "type": "object", "required": ["kind"], "properties": {
                        "kind": { "const": "x" },
                        "n": { "anyOf": [{ "type": "integer" }, { "type": "null" }] },
                    } },
                    { "$ref": "#/components/schemas/Base" },
                ] }),
            ),
        ];
        for (text, expected) in table {
            assert_eq!(schema(text), expected, "{text}");
        }
    }
}
