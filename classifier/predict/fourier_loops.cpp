// Compiled once per instruction set: this file includes itself through foreach_target.h.
#include "classifier/predict/fourier_loops.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "classifier/predict/fourier_loops.cpp"
// clang-format off
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <hwy/contrib/math/math-inl.h>
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace tributary::classifier::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::ScalableTag<float>;
using Reals = hn::Vec<Tag>;

// Four vectors at a time: the table is read once, and the additions do not wait for each other.
void Features(const FourierTable& table, const CellAt* HWY_RESTRICT cells, std::size_t count,
              float* HWY_RESTRICT out) {
    const Tag tag;
    const std::size_t lanes = hn::Lanes(tag);
    const Reals scale = hn::Set(tag, table.scale);
    for (std::size_t d = 0; d < table.stride; d += 4 * lanes) {
        Reals angle0 = hn::LoadU(tag, table.phases + d);
        Reals angle1 = hn::LoadU(tag, table.phases + d + lanes);
        Reals angle2 = hn::LoadU(tag, table.phases + d + 2 * lanes);
        Reals angle3 = hn::LoadU(tag, table.phases + d + 3 * lanes);
        for (std::size_t k = 0; k < count; ++k) {
            const Reals cell = hn::Set(tag, cells[k].cell);
            const float* const row = table.frequencies + cells[k].feature * table.stride + d;
            angle0 = hn::MulAdd(cell, hn::LoadU(tag, row), angle0);
            angle1 = hn::MulAdd(cell, hn::LoadU(tag, row + lanes), angle1);
            angle2 = hn::MulAdd(cell, hn::LoadU(tag, row + 2 * lanes), angle2);
            angle3 = hn::MulAdd(cell, hn::LoadU(tag, row + 3 * lanes), angle3);
        }
        hn::StoreU(scale * hn::Cos(tag, angle0), tag, out + d);
        hn::StoreU(scale * hn::Cos(tag, angle1), tag, out + d + lanes);
        hn::StoreU(scale * hn::Cos(tag, angle2), tag, out + d + 2 * lanes);
        hn::StoreU(scale * hn::Cos(tag, angle3), tag, out + d + 3 * lanes);
    }
}

float Dot(const float* HWY_RESTRICT left, const float* HWY_RESTRICT right, std::size_t size) {
    const Tag tag;
    const std::size_t lanes = hn::Lanes(tag);
    Reals sum0 = hn::Zero(tag);
    Reals sum1 = hn::Zero(tag);
    Reals sum2 = hn::Zero(tag);
    Reals sum3 = hn::Zero(tag);
    for (std::size_t d = 0; d < size; d += 4 * lanes) {
        sum0 = hn::MulAdd(hn::LoadU(tag, left + d), hn::LoadU(tag, right + d), sum0);
        sum1 =
            hn::MulAdd(hn::LoadU(tag, left + d + lanes), hn::LoadU(tag, right + d + lanes), sum1);
        sum2 = hn::MulAdd(hn::LoadU(tag, left + d + 2 * lanes),
                          hn::LoadU(tag, right + d + 2 * lanes), sum2);
        sum3 = hn::MulAdd(hn::LoadU(tag, left + d + 3 * lanes),
                          hn::LoadU(tag, right + d + 3 * lanes), sum3);
    }
    return hn::GetLane(hn::SumOfLanes(tag, (sum0 + sum1) + (sum2 + sum3)));
}

void Pull(float* HWY_RESTRICT weights, float pull, const float* HWY_RESTRICT row,
          std::size_t size) {
    const Tag tag;
    const Reals by = hn::Set(tag, pull);
    for (std::size_t d = 0; d < size; d += hn::Lanes(tag)) {
        const Reals moved = hn::MulAdd(by, hn::LoadU(tag, row + d), hn::LoadU(tag, weights + d));
        hn::StoreU(moved, tag, weights + d);
    }
}

}  // namespace tributary::classifier::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tributary::classifier {

HWY_EXPORT(Features);
HWY_EXPORT(Dot);
HWY_EXPORT(Pull);

void fourier_features(const FourierTable& table, const CellAt* cells, std::size_t count,
                      float* out) {
    HWY_DYNAMIC_DISPATCH(Features)(table, cells, count, out);
}

float fourier_dot(const float* left, const float* right, std::size_t size) {
    return HWY_DYNAMIC_DISPATCH(Dot)(left, right, size);
}

void fourier_pull(float* weights, float pull, const float* row, std::size_t size) {
    HWY_DYNAMIC_DISPATCH(Pull)(weights, pull, row, size);
}

}  // namespace tributary::classifier
#endif
