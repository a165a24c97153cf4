use super::*;

#[test]
fn the_middle_of_a_class_is_near_each_duration_in_it() {
    let bounds: Vec<i64> = bounds().collect();
    for (class, pair) in bounds.windows(2).enumerate() {
        let middle = middle(i32::try_from(class).unwrap());
        for edge in [pair[0], pair[1] - 1] {
            let off = (middle - edge).abs();
            assert!(off * 100 <= edge.max(1) * 9, "{middle} for {edge}");
        }
    }
    // More than a year.
    assert!(bounds.len() < 150 && bounds.last().unwrap() > &(400 * 24 * 60 * 60 * 1000), "{}", bounds.len());
}

#[test]
fn percentiles_have_the_nearest_rank() {
    let of = |counts: &[(i32, i64)]| {
        let mut durations = Durations::default();
        for (class, count) in counts {
            durations.add(*class, *count);
        }
        (durations.percentile(50), durations.percentile(95))
    };
    assert_eq!(of(&[]), (None, None));
    assert_eq!(of(&[(3, 1)]), (Some(3), Some(3)));
    assert_eq!(of(&[(1, 10), (5, 10)]), (Some(1), Some(5)));
    assert_eq!(of(&[(1, 95), (5, 5)]), (Some(1), Some(1)));
    assert_eq!(of(&[(1, 94), (5, 6)]), (Some(1), Some(5)));
    assert_eq!(of(&[(-1, 94), (5, 0), (6, 1)]), (Some(6), Some(6)));
}
