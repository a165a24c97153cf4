//! The age of the price list.

use chrono::NaiveDate;

use super::LintContext;
use super::report::Findings;
use crate::catalog::{catalog, is_paid};
use crate::definition::{Definition, ModelUse};
use crate::index::Index;
use crate::limits::MAX_PRICE_LIST_AGE_DAYS;
use crate::resolve::{model_of, provider_of_fallback};

pub(super) fn check(definition: &Definition, index: &Index, context: &LintContext, findings: &mut Findings) {
    let date = &catalog().prices_date;
    let Some((today, listed)) = context.today.zip(day(date)) else { return };
    let days = (today - listed).num_days();
    let is_paid_step = |llm| providers(definition, llm, context).iter().any(|provider| is_paid(provider));
    let mut steps = index.places().iter().map(|place| &place.step).filter(|step| step.enabled);
    if days > MAX_PRICE_LIST_AGE_DAYS && steps.any(|step| step.kind.model_use().is_some_and(is_paid_step)) {
        let message = format!(
            "the prices are of {date}, {days} days ago: estimates, costs and budgets may be wrong; a newer version of Sluice has newer prices"
        );
        findings.warning("", "old_prices", message);
    }
}

/// A date as `2026-11-26`. The browser app has this too, where chrono's parser of dates would take some kilobytes.
fn day(text: &str) -> Option<NaiveDate> {
    let mut parts = text.splitn(3, '-').map(|part| part.parse::<u32>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// The providers that a step may call.
fn providers(definition: &Definition, uses: ModelUse<'_>, context: &LintContext) -> Vec<String> {
    let default = || context.providers.as_ref()?.first().cloned();
    let first = model_of(definition, uses).0.or_else(default);
    let fallbacks = uses.fallbacks.iter().filter_map(|fallback| provider_of_fallback(fallback, first.as_deref()));
    fallbacks.chain(first.clone()).collect()
}
