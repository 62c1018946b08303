// Compiled once per instruction set: this file includes itself through foreach_target.h.
#include "classifier/svm/smo_loops.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "classifier/svm/smo_loops.cpp"
// clang-format off
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace tributary::classifier::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::ScalableTag<float>;
using Reals = hn::Vec<Tag>;

constexpr float kInfinity = __builtin_huge_valf();
/// Smallest curvature of a step; equal rows have none.
constexpr float kLeastCurvature = 1e-12F;

/// Running extremes: per lane the best value and where it was seen first. Places are floats: exact
/// up to 2^24 rows, far above the largest batch.
struct Best {
    Reals up;
    Reals up_at;
    Reals low;
};

HWY_INLINE Best Nothing() {
    const Tag tag;
    return {hn::Set(tag, -kInfinity), hn::Zero(tag), hn::Set(tag, kInfinity)};
}

HWY_INLINE void Look(const SmoRows& rows, std::size_t i, Reals potentials, Reals place,
                     Best& best) {
    const Tag tag;
    // Every comparison with kNowhere is false.
    const Reals moves = hn::LoadU(tag, rows.moves + i);
    const Reals zero = hn::Zero(tag);
    const Reals up = hn::IfThenElse(moves >= zero, potentials, hn::Set(tag, -kInfinity));
    const Reals low = hn::IfThenElse(moves <= zero, potentials, hn::Set(tag, kInfinity));
    const auto higher = up > best.up;
    best.up = hn::IfThenElse(higher, up, best.up);
    best.up_at = hn::IfThenElse(higher, place, best.up_at);
    best.low = hn::Min(best.low, low);
}

/// The best lane; among equals the one with the smallest place.
HWY_INLINE Extremes Reduce(const Best& best) {
    const Tag tag;
    HWY_ALIGN float values[hn::MaxLanes(Tag())];
    HWY_ALIGN float places[hn::MaxLanes(Tag())];
    HWY_ALIGN float lows[hn::MaxLanes(Tag())];
    hn::Store(best.up, tag, values);
    hn::Store(best.up_at, tag, places);
    hn::Store(best.low, tag, lows);
    std::size_t chosen = 0;
    float low = lows[0];
    for (std::size_t k = 1; k < hn::Lanes(tag); ++k) {
        const bool earlier = values[k] == values[chosen] && places[k] < places[chosen];
        if (values[k] > values[chosen] || earlier) chosen = k;
        low = lows[k] < low ? lows[k] : low;
    }
    return {static_cast<std::size_t>(places[chosen]), values[chosen], low};
}

Extremes Step(const SmoRows& rows, const float* HWY_RESTRICT kernel_up,
              const float* HWY_RESTRICT kernel_low, float step) {
    const Tag tag;
    const std::size_t lanes = hn::Lanes(tag);
    const Reals minus_step = hn::Set(tag, -step);
    const Reals stride = hn::Set(tag, static_cast<float>(lanes));
    Reals place = hn::Iota(tag, 0.0F);
    Best best = Nothing();
    for (std::size_t i = 0; i < rows.rows; i += lanes) {
        const Reals gap = hn::LoadU(tag, kernel_up + i) - hn::LoadU(tag, kernel_low + i);
        const Reals after = hn::MulAdd(minus_step, gap, hn::LoadU(tag, rows.potentials + i));
        hn::StoreU(after, tag, rows.potentials + i);
        Look(rows, i, after, place, best);
        place = place + stride;
    }
    return Reduce(best);
}

Extremes FindExtremes(const SmoRows& rows) {
    const Tag tag;
    const std::size_t lanes = hn::Lanes(tag);
    const Reals stride = hn::Set(tag, static_cast<float>(lanes));
    Reals place = hn::Iota(tag, 0.0F);
    Best best = Nothing();
    for (std::size_t i = 0; i < rows.rows; i += lanes) {
        Look(rows, i, hn::LoadU(tag, rows.potentials + i), place, best);
        place = place + stride;
    }
    return Reduce(best);
}

std::size_t Partner(const SmoRows& rows, const float* HWY_RESTRICT kernel_up, float up_value) {
    const Tag tag;
    const std::size_t lanes = hn::Lanes(tag);
    const Reals top = hn::Set(tag, up_value);
    const Reals zero = hn::Zero(tag);
    const Reals two = hn::Set(tag, 2.0F);
    const Reals least = hn::Set(tag, kLeastCurvature);
    const Reals stride = hn::Set(tag, static_cast<float>(lanes));
    Reals place = hn::Iota(tag, 0.0F);
    // The best gain per lane as a fraction, square / bend: comparing fractions needs no division.
    Reals best_square = zero;
    Reals best_bend = hn::Set(tag, 1.0F);
    Reals best_at = zero;
    for (std::size_t i = 0; i < rows.rows; i += lanes) {
        const Reals bend = hn::Max(hn::NegMulAdd(two, hn::LoadU(tag, kernel_up + i), two), least);
        const Reals gap = hn::Max(top - hn::LoadU(tag, rows.potentials + i), zero);
        const auto may_fall = hn::LoadU(tag, rows.moves + i) <= zero;
        const Reals square = hn::IfThenElseZero(may_fall, gap * gap);
        const auto higher = square * best_bend > best_square * bend;
        best_square = hn::IfThenElse(higher, square, best_square);
        best_bend = hn::IfThenElse(higher, bend, best_bend);
        best_at = hn::IfThenElse(higher, place, best_at);
        place = place + stride;
    }
    const Extremes found = Reduce({best_square / best_bend, best_at, zero});
    return found.up_value > 0 ? found.up : rows.rows;
}

}  // namespace tributary::classifier::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tributary::classifier {

HWY_EXPORT(Step);
HWY_EXPORT(FindExtremes);
HWY_EXPORT(Partner);

Extremes smo_step(const SmoRows& rows, const float* kernel_up, const float* kernel_low,
                  float step) {
    return HWY_DYNAMIC_DISPATCH(Step)(rows, kernel_up, kernel_low, step);
}

Extremes smo_extremes(const SmoRows& rows) {
    return HWY_DYNAMIC_DISPATCH(FindExtremes)(rows);
}

std::size_t smo_partner(const SmoRows& rows, const float* kernel_up, float up_value) {
    return HWY_DYNAMIC_DISPATCH(Partner)(rows, kernel_up, up_value);
}

}  // namespace tributary::classifier
#endif
