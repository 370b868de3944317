//! BR-01…BR-16: what is owed, by when, by whom. Rules are company data; this file only does the reckoning.
//!
//! A deadline that falls outside the contact window is moved, never hidden: source and adjusted time are both told.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::calendar::Clock;
use crate::catalogue::Words;

/// How an instant follows from the trigger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum DeadlineClock {
    AtOnce,
    AfterMinutes {
        minutes: u32,
    },
    /// The trigger is an appointment; this lies ahead of it.
    BeforeMinutes {
        minutes: u32,
    },
    AfterWorkingMinutes {
        minutes: u32,
    },
    /// 24:00 of the trigger's day, company zone.
    EndOfDay,
    /// A wall-clock time so many days later; `workdays` counts workdays only.
    DayAt {
        days: u32,
        at: NaiveTime,
        workdays: bool,
    },
    /// End of that day of the next month.
    NextMonthDay {
        day: u32,
    },
    /// The next such weekday at that time, 1 = Monday; the trigger's own day counts while the time is ahead.
    WeekdayAt {
        weekday: u8,
        at: NaiveTime,
    },
}

/// Who owes it first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DeadlineOwner {
    Technician,
    Office,
    ServiceManager,
}

/// Further numbers of a rule that is more than one instant.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeadlineLimits {
    /// BR-09: tries, minutes between them, channels, and from where the office decides.
    pub tries: Option<u32>,
    pub minutes_between: Option<u32>,
    pub channels: Option<u32>,
    pub office_decides_beyond_km: Option<u32>,
    /// BR-08: a prompt only when at least this late.
    pub late_minutes: Option<u32>,
    /// BR-11: this round goes to the manager.
    pub rounds: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeadlineRule {
    /// `BR-01`…; a second step of one rule has a suffix (`BR-11-proposal`).
    pub id: String,
    pub words: Words,
    pub owner: DeadlineOwner,
    pub due: DeadlineClock,
    /// Done earlier does not count.
    pub opens: Option<DeadlineClock>,
    /// Late only from here; absent: from the due time.
    pub overdue: Option<DeadlineClock>,
    /// Means calling a customer: moved into the contact window.
    pub within_contact_window: bool,
    pub limits: DeadlineLimits,
}

/// Minutes relative to the due time at which someone is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeadlineReminders {
    pub before_minutes: u32,
    pub dispatcher_after_minutes: u32,
    pub manager_after_minutes: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DeadlineRules {
    pub version: String,
    pub valid_from: NaiveDate,
    pub reminders: DeadlineReminders,
    pub rules: Vec<DeadlineRule>,
}

/// When it is owed. Without a move `adjusted_due == source_due`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Due {
    pub rule: String,
    pub source_due: DateTime<Utc>,
    pub adjusted_due: DateTime<Utc>,
    pub opens_at: Option<DateTime<Utc>>,
    pub overdue_at: DateTime<Utc>,
}

/// Where a moment stands towards a due time; late is shown, never hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DueState {
    /// A result now would not count.
    NotOpen,
    Open,
    Due,
    Overdue,
}

/// Instants at which the due person, the dispatcher and the manager are told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Escalation {
    pub remind_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
    pub dispatcher_at: DateTime<Utc>,
    pub manager_at: DateTime<Utc>,
}

impl DeadlineRules {
    pub fn rule(&self, id: &str) -> Option<&DeadlineRule> {
        self.rules.iter().find(|r| r.id == id)
    }

    pub fn escalation(&self, due: &Due) -> Escalation {
        let minutes = |m: u32| TimeDelta::minutes(i64::from(m));
        Escalation {
            remind_at: due.adjusted_due - minutes(self.reminders.before_minutes),
            due_at: due.adjusted_due,
            dispatcher_at: due.adjusted_due + minutes(self.reminders.dispatcher_after_minutes),
            manager_at: due.adjusted_due + minutes(self.reminders.manager_after_minutes),
        }
    }
}

impl Due {
    pub fn moved(&self) -> bool {
        self.source_due != self.adjusted_due
    }

    pub fn state(&self, now: DateTime<Utc>) -> DueState {
        if now > self.overdue_at {
            DueState::Overdue
        } else if now >= self.adjusted_due {
            DueState::Due
        } else if self.opens_at.is_some_and(|opens| now < opens) {
            DueState::NotOpen
        } else {
            DueState::Open
        }
    }
}

/// Reckons a rule from its trigger. `always_reachable`: plants that run around the clock are called at any hour.
pub fn due(rule: &DeadlineRule, trigger_at: DateTime<Utc>, clock: &Clock<'_>, always_reachable: bool) -> Due {
    let source_due = reckon(&rule.due, trigger_at, clock);
    let move_it = rule.within_contact_window && !always_reachable;
    let adjusted_due = if move_it { clock.into_contact_window(source_due) } else { source_due };
    let shift = adjusted_due - source_due;
    Due {
        rule: rule.id.clone(),
        source_due,
        adjusted_due,
        opens_at: rule.opens.as_ref().map(|c| reckon(c, trigger_at, clock) + shift),
        overdue_at: rule.overdue.as_ref().map_or(adjusted_due, |c| reckon(c, trigger_at, clock) + shift),
    }
}

fn reckon(how: &DeadlineClock, trigger_at: DateTime<Utc>, clock: &Clock<'_>) -> DateTime<Utc> {
    let minutes = |m: &u32| TimeDelta::minutes(i64::from(*m));
    let date = clock.date(trigger_at);
    match how {
        DeadlineClock::AtOnce => trigger_at,
        DeadlineClock::AfterMinutes { minutes: m } => trigger_at + minutes(m),
        DeadlineClock::BeforeMinutes { minutes: m } => trigger_at - minutes(m),
        DeadlineClock::AfterWorkingMinutes { minutes: m } => clock.add_working_minutes(trigger_at, *m),
        DeadlineClock::EndOfDay => clock.end_of_day(trigger_at),
        DeadlineClock::DayAt { days, at, workdays: true } => clock.instant(clock.workday_after(date, *days), *at),
        DeadlineClock::DayAt { days, at, workdays: false } => clock.instant(date + Days::new(u64::from(*days)), *at),
        DeadlineClock::NextMonthDay { day } => {
            let first = date.with_day(1).unwrap_or(date) + Months::new(1);
            let wanted = first.with_day(*day).unwrap_or_else(|| first + Months::new(1) - Days::new(1));
            clock.end_of_day(clock.instant(wanted, NaiveTime::MIN))
        }
        DeadlineClock::WeekdayAt { weekday, at } => {
            let today = date.weekday().number_from_monday();
            let ahead = (u32::from(*weekday) + 7 - today) % 7;
            let this = clock.instant(date + Days::new(u64::from(ahead)), *at);
            if this > trigger_at { this } else { clock.instant(date + Days::new(u64::from(ahead) + 7), *at) }
        }
    }
}
