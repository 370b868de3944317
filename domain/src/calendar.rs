//! The company's clock: zone, workdays, holidays, make-up workdays, contact window, working hours.
//!
//! "Now" is never asked here; every instant is an argument. Days are days of the company's zone.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::catalogue::Words;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct CalendarDay {
    pub date: NaiveDate,
    pub words: Words,
}

/// The calendar the office keeps; versioned and published like every other reference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Calendar {
    pub version: String,
    pub valid_from: NaiveDate,
    /// IANA zone, e.g. `Asia/Shanghai`.
    pub zone: String,
    /// ISO numbers of free weekdays, 1 = Monday … 7 = Sunday.
    pub weekend: Vec<u8>,
    pub work_from: NaiveTime,
    pub work_until: NaiveTime,
    /// Customers are called within this window, on every day.
    pub contact_from: NaiveTime,
    pub contact_until: NaiveTime,
    pub holidays: Vec<CalendarDay>,
    pub makeup_workdays: Vec<CalendarDay>,
    pub notice: Words,
}

/// What kind of day a date is for overtime and deadlines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum DayKind {
    Workday,
    Weekend,
    Holiday,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
#[ts(export)]
pub enum CalendarError {
    #[error("unknown time zone {zone}")]
    UnknownZone { zone: String },
    #[error("the day's window ends before it starts")]
    WindowReversed,
    #[error("weekday numbers run from 1 to 7 and at least one day is worked")]
    WeekendInvalid,
    #[error("{date} is listed twice or both as holiday and as make-up workday")]
    DayListedTwice { date: NaiveDate },
}

/// A calendar that was checked: zone resolved, windows in order. Rules take this one.
#[derive(Debug, Clone)]
pub struct Clock<'a> {
    calendar: &'a Calendar,
    zone: Tz,
}

impl Calendar {
    pub fn validate(&self) -> Result<(), CalendarError> {
        self.clock().map(|_| ())
    }

    /// Checks the calendar and resolves its zone.
    pub fn clock(&self) -> Result<Clock<'_>, CalendarError> {
        let zone = self.zone.parse::<Tz>().map_err(|_| CalendarError::UnknownZone { zone: self.zone.clone() })?;
        if self.work_from >= self.work_until || self.contact_from >= self.contact_until {
            return Err(CalendarError::WindowReversed);
        }
        let free = (1..=7u8).filter(|d| self.weekend.contains(d)).count();
        if self.weekend.iter().any(|d| !(1..=7).contains(d)) || free == 7 {
            return Err(CalendarError::WeekendInvalid);
        }
        let mut seen = std::collections::BTreeSet::new();
        for day in self.holidays.iter().chain(&self.makeup_workdays) {
            if !seen.insert(day.date) {
                return Err(CalendarError::DayListedTwice { date: day.date });
            }
        }
        Ok(Clock { calendar: self, zone })
    }

    /// A listed day beats the weekday: make-up workdays are workdays, holidays are holidays.
    pub fn day_kind(&self, date: NaiveDate) -> DayKind {
        if self.holidays.iter().any(|d| d.date == date) {
            DayKind::Holiday
        } else if self.makeup_workdays.iter().any(|d| d.date == date) || !self.is_weekend(date.weekday()) {
            DayKind::Workday
        } else {
            DayKind::Weekend
        }
    }

    fn is_weekend(&self, weekday: Weekday) -> bool {
        self.weekend.contains(&(weekday.number_from_monday() as u8))
    }
}

/// Longest search for a workday; a calendar of two free years in a row is a mistake, and the search stops there.
const SEARCH_DAYS: u64 = 730;

impl Clock<'_> {
    pub fn calendar(&self) -> &Calendar {
        self.calendar
    }

    pub fn local(&self, at: DateTime<Utc>) -> DateTime<Tz> {
        at.with_timezone(&self.zone)
    }

    pub fn date(&self, at: DateTime<Utc>) -> NaiveDate {
        self.local(at).date_naive()
    }

    pub fn day_kind_at(&self, at: DateTime<Utc>) -> DayKind {
        self.calendar.day_kind(self.date(at))
    }

    /// The instant of a wall-clock time. In a summer-time gap the first valid minute after it is taken.
    pub fn instant(&self, date: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
        let mut wall = date.and_time(time);
        for _ in 0..=180 {
            if let Some(at) = self.zone.from_local_datetime(&wall).earliest() {
                return at.with_timezone(&Utc);
            }
            wall += TimeDelta::minutes(1);
        }
        Utc.from_utc_datetime(&wall)
    }

    /// 24:00 of the day an instant falls on.
    pub fn end_of_day(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        self.instant(self.date(at) + Days::new(1), NaiveTime::MIN)
    }

    /// The instant itself within the contact window, else the first minute of the next window.
    pub fn into_contact_window(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        let local = self.local(at);
        let (date, time) = (local.date_naive(), local.time());
        if time < self.calendar.contact_from {
            self.instant(date, self.calendar.contact_from)
        } else if time > self.calendar.contact_until {
            self.instant(date + Days::new(1), self.calendar.contact_from)
        } else {
            at
        }
    }

    /// `days` workdays after a date (0: the date itself if worked, else the next workday).
    pub fn workday_after(&self, date: NaiveDate, days: u32) -> NaiveDate {
        let mut left = days;
        let mut day = date;
        for _ in 0..SEARCH_DAYS {
            let worked = self.calendar.day_kind(day) == DayKind::Workday;
            if worked && left == 0 {
                return day;
            }
            day = day + Days::new(1);
            if self.calendar.day_kind(day) == DayKind::Workday {
                left = left.saturating_sub(1);
            }
        }
        day
    }

    /// Adds working minutes, counting only working hours of workdays.
    pub fn add_working_minutes(&self, at: DateTime<Utc>, minutes: u32) -> DateTime<Utc> {
        let mut left = TimeDelta::minutes(i64::from(minutes));
        let mut day = self.date(at);
        let mut from = at;
        for _ in 0..SEARCH_DAYS {
            if self.calendar.day_kind(day) == DayKind::Workday {
                let open = self.instant(day, self.calendar.work_from).max(from);
                let shut = self.instant(day, self.calendar.work_until);
                if open < shut || (open == shut && left.is_zero()) {
                    let room = shut - open;
                    if left <= room {
                        return open + left;
                    }
                    left -= room;
                }
            }
            day = day + Days::new(1);
            from = self.instant(day, NaiveTime::MIN);
        }
        from
    }
}
