//! The conditions of the console's lists, as SQL with its values.

use rusqlite::types::ToSql;

use super::ms;
use crate::storage::RowQuery;

/// The conditions of a list, with their values.
pub(super) fn conditions(query: &RowQuery) -> (String, Vec<Box<dyn ToSql>>) {
    let mut sql = vec!["1"].into_iter().map(str::to_owned).collect::<Vec<_>>();
    let mut values: Vec<Box<dyn ToSql>> = Vec::new();
    let quoted = |stages: &[&'static str]| stages.iter().map(|s| format!("'{s}'")).collect::<Vec<_>>().join(",");
    if query.current_only {
        sql.push("is_current = 1".to_owned());
    }
    match (&query.stages, &query.stages_planned_before) {
        (Some(stages), None) => sql.push(format!("stage IN ({})", quoted(stages))),
        (stages, Some((late, before))) => {
            let always = quoted(stages.as_deref().unwrap_or_default());
            sql.push(format!("(stage IN ({always}) OR (stage IN ({}) AND planned_at < ?))", quoted(late)));
            values.push(Box::new(ms(*before)));
        }
        (None, None) => {}
    }
    if let Some((from, until)) = query.planned_between {
        sql.push("planned_at >= ? AND planned_at < ?".to_owned());
        values.extend([Box::new(ms(from)) as Box<dyn ToSql>, Box::new(ms(until))]);
    }
    for word in &query.words {
        sql.push("instr(text, ?) > 0".to_owned());
        values.push(Box::new(word.clone()));
    }
    let ids = [
        ("technician", query.technician.map(|i| i.to_string())),
        ("customer", query.customer.map(|i| i.to_string())),
        ("machine", query.machine.map(|i| i.to_string())),
        ("job", query.job.map(|i| i.to_string())),
        ("order_id", query.order.map(|i| i.to_string())),
    ];
    for (column, id) in ids {
        if let Some(id) = id {
            sql.push(format!("{column} = ?"));
            values.push(Box::new(id));
        }
    }
    if query.owing {
        sql.push("owes = 1".to_owned());
    }
    (sql.join(" AND "), values)
}
