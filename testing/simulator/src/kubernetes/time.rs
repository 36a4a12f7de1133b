//! Timestamps as Kubernetes and AWS's signatures write them, in UTC.

use std::time::{SystemTime, UNIX_EPOCH};

const DAY: i64 = 86_400;

pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// `2026-01-02T03:04:05Z`, of seconds since the epoch.
pub fn rfc3339(seconds: i64) -> String {
    let (days, rest) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let (year, month, day) = date(days);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Seconds since the epoch of `20260102T030405Z`.
pub fn of_signature(text: &str) -> Option<i64> {
    let digits = text.strip_suffix('Z')?.replacen('T', "", 1);
    if digits.len() != 14 || text.as_bytes().get(8) != Some(&b'T') {
        return None;
    }
    let number = |from: usize, to: usize| digits.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let (hour, minute, second) = (number(8, 10)?, number(10, 12)?, number(12, 14)?);
    let right = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
    right.then(|| days(year, month, day) * DAY + hour * 3600 + minute * 60 + second)
}

/// Days since the epoch. Years are counted from March, so that the leap day is a year's last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (month, leaps) = (
        (month + 9) % 12,
        year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400),
    );
    let before_month = (153 * month + 2) / 5;
    year * 365 + leaps + before_month + day - 1 - 719_468
}

fn date(days_since: i64) -> (i64, i64, i64) {
    let mut year = 1970 + days_since / 366;
    while days(year + 1, 1, 1) <= days_since {
        year += 1;
    }
    let mut month = 12;
    while days(year, month, 1) > days_since {
        month -= 1;
    }
    (year, month, days_since - days(year, month, 1) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_as_it_was_written() {
        for (signed, seconds, written) in [
            ("19700101T000000Z", 0, "1970-01-01T00:00:00Z"),
            ("20000229T235959Z", 951_868_799, "2000-02-29T23:59:59Z"),
            ("20240301T000000Z", 1_709_251_200, "2024-03-01T00:00:00Z"),
            ("20260731T120000Z", 1_785_499_200, "2026-07-31T12:00:00Z"),
        ] {
            assert_eq!(of_signature(signed), Some(seconds), "{signed}");
            assert_eq!(rfc3339(seconds), written);
        }
    }

    #[test]
    fn what_is_no_time_of_a_signature_is_none() {
        for text in [
            "",
            "Z",
            "2026-01-01T00:00:00Z",
            "20261301T000000Z",
            "20260101000000Z",
            "20260101T0000é0Z",
        ] {
            assert_eq!(of_signature(text), None, "{text}");
        }
    }
}
