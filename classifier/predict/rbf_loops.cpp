// Compiled once per instruction set: this file includes itself through foreach_target.h.
#include "classifier/predict/rbf_loops.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "classifier/predict/rbf_loops.cpp"
// clang-format off
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// clang-format on

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

HWY_BEFORE_NAMESPACE();
namespace tributary::classifier::HWY_NAMESPACE {

// 2^f = sum kExp2[k] f^k for |f| <= 1/2; the first term left out is below 1.3e-7.
constexpr float kExp2[7] = {1.0F,           0.693147181F,   0.240226507F,   0.0555041087F,
                            0.00961812911F, 0.00133335581F, 0.000154035304F};
constexpr float kSmallestExponent = -126.0F;

#if HWY_TARGET == HWY_SCALAR && defined(__SSE2__)

// The library has no SSE2 target; SSE2 is what every 64-bit x86 processor has.
constexpr std::size_t kStep = 16;

/// 2^t for t <= 0; below 2^-126 it stays there.
inline __m128 exp2_negative(__m128 t) {
    const __m128 limited = _mm_max_ps(t, _mm_set1_ps(kSmallestExponent));
    const __m128i exponent = _mm_cvtps_epi32(limited);
    const __m128 f = _mm_sub_ps(limited, _mm_cvtepi32_ps(exponent));
    __m128 power = _mm_set1_ps(kExp2[6]);
    for (int k = 5; k >= 0; --k) {
        power = _mm_add_ps(_mm_mul_ps(power, f), _mm_set1_ps(kExp2[k]));
    }
    const __m128i bits = _mm_add_epi32(_mm_castps_si128(power), _mm_slli_epi32(exponent, 23));
    return _mm_castsi128_ps(bits);
}

/// Kernel values of kStep rows.
inline void kernel_step(const RbfTask& task, std::size_t first, float* HWY_RESTRICT out) {
    const __m128i query_norm = _mm_set1_epi32(task.query_norm);
    __m128i distance[kStep / 4];
    for (std::size_t u = 0; u < kStep / 4; ++u) {
        const auto* const norms = reinterpret_cast<const __m128i*>(task.norms + first) + u;
        distance[u] = _mm_add_epi32(query_norm, _mm_loadu_si128(norms));
    }
    for (std::size_t p = 0; p < task.query_size; ++p) {
        const __m128i both = _mm_set1_epi32(task.query[p].cells);
        const auto* const cells =
            reinterpret_cast<const __m128i*>(task.pairs + task.query[p].offset + 2 * first);
        for (std::size_t u = 0; u < kStep / 4; ++u) {
            const __m128i product = _mm_madd_epi16(_mm_load_si128(cells + u), both);
            distance[u] = _mm_add_epi32(distance[u], product);
        }
    }
    const __m128 scale = _mm_set1_ps(task.scale);
    for (std::size_t u = 0; u < kStep / 4; ++u) {
        const __m128 exponent = _mm_mul_ps(_mm_cvtepi32_ps(distance[u]), scale);
        _mm_storeu_ps(out + 4 * u, exp2_negative(exponent));
    }
}

#elif HWY_TARGET == HWY_SCALAR

constexpr std::size_t kStep = 16;

/// 2^t for t <= 0; below 2^-126 it stays there.
inline float exp2_negative(float t) {
    const float limited = t < kSmallestExponent ? kSmallestExponent : t;
    const float whole = __builtin_rintf(limited);
    float power = kExp2[6];
    for (int k = 5; k >= 0; --k) power = power * (limited - whole) + kExp2[k];
    return __builtin_ldexpf(power, static_cast<int>(whole));
}

/// Kernel values of kStep rows.
inline void kernel_step(const RbfTask& task, std::size_t first, float* HWY_RESTRICT out) {
    for (std::size_t i = 0; i < kStep; ++i) {
        std::int32_t distance = task.query_norm + task.norms[first + i];
        for (std::size_t p = 0; p < task.query_size; ++p) {
            const std::int16_t* const cells = task.pairs + task.query[p].offset + 2 * (first + i);
            distance += cells[0] * static_cast<std::int16_t>(task.query[p].cells & 0xffff) +
                        cells[1] * static_cast<std::int16_t>(task.query[p].cells >> 16);
        }
        out[i] = exp2_negative(static_cast<float>(distance) * task.scale);
    }
}

#endif

#if HWY_TARGET == HWY_SCALAR

void KernelRow(const RbfTask& task, float* HWY_RESTRICT out) {
    for (std::size_t i = 0; i < task.rows; i += kStep) kernel_step(task, i, out + i);
}

double KernelSum(const RbfTask& task, const float* HWY_RESTRICT coefficients) {
    double sum = 0;
    for (std::size_t i = 0; i < task.rows; i += kStep) {
        float values[kStep];
        kernel_step(task, i, values);
        // A product of floats may round, and four of them; the sum over thousands may not.
        float parts[4] = {};
        for (std::size_t k = 0; k < kStep; ++k) parts[k % 4] += values[k] * coefficients[i + k];
        for (const float part : parts) sum += static_cast<double>(part);
    }
    return sum;
}

#else

namespace hn = hwy::HWY_NAMESPACE;
using CellTag = hn::ScalableTag<std::int16_t>;
using DotTag = hn::Repartition<std::int32_t, CellTag>;
using RealTag = hn::Repartition<float, CellTag>;
using WideTag = hn::Repartition<double, CellTag>;
using HalfTag = hn::Half<RealTag>;
using Dots = hn::Vec<DotTag>;
using Reals = hn::Vec<RealTag>;

/// Vectors of rows whose distances stay in registers together.
constexpr std::size_t kUnroll = 4;

/// 2^t for t <= 0; below 2^-126 it stays there.
HWY_INLINE Reals Exp2Negative(Reals t) {
    const RealTag real;
    const DotTag whole;
    const Reals limited = hn::Max(t, hn::Set(real, kSmallestExponent));
    const Dots exponent = hn::NearestInt(limited);
    const Reals f = limited - hn::ConvertTo(real, exponent);
    Reals power = hn::Set(real, kExp2[6]);
    for (int k = 5; k >= 0; --k) power = hn::MulAdd(power, f, hn::Set(real, kExp2[k]));
    return hn::BitCast(real, hn::BitCast(whole, power) + hn::ShiftLeft<23>(exponent));
}

/// Kernel values of kUnroll vectors of rows that begin at row `first`.
HWY_INLINE void KernelStep(const RbfTask& task, std::size_t first, Reals (&out)[kUnroll]) {
    const CellTag cell;
    const DotTag whole;
    const RealTag real;
    const std::size_t lanes = hn::Lanes(whole);
    Dots distances[kUnroll];
    const Dots query_norm = hn::Set(whole, task.query_norm);
    for (std::size_t u = 0; u < kUnroll; ++u) {
        distances[u] = query_norm + hn::LoadU(whole, task.norms + first + u * lanes);
    }
    const std::int16_t* HWY_RESTRICT const base = task.pairs + 2 * first;
    for (std::size_t p = 0; p < task.query_size; ++p) {
        const auto both = hn::BitCast(cell, hn::Set(whole, task.query[p].cells));
        const std::int16_t* HWY_RESTRICT const cells = base + task.query[p].offset;
        for (std::size_t u = 0; u < kUnroll; ++u) {
            Dots unused = hn::Zero(whole);
            const auto rows = hn::Load(cell, cells + 2 * u * lanes);
            distances[u] = hn::ReorderWidenMulAccumulate(whole, rows, both, distances[u], unused);
        }
    }
    const Reals scale = hn::Set(real, task.scale);
    for (std::size_t u = 0; u < kUnroll; ++u) {
        out[u] = Exp2Negative(hn::ConvertTo(real, distances[u]) * scale);
    }
}

void KernelRow(const RbfTask& task, float* HWY_RESTRICT out) {
    const RealTag real;
    const std::size_t lanes = hn::Lanes(real);
    Reals values[kUnroll];
    for (std::size_t i = 0; i < task.rows; i += kUnroll * lanes) {
        KernelStep(task, i, values);
        for (std::size_t u = 0; u < kUnroll; ++u) hn::Store(values[u], real, out + i + u * lanes);
    }
}

double KernelSum(const RbfTask& task, const float* HWY_RESTRICT coefficients) {
    const RealTag real;
    const HalfTag half;
    const WideTag wide;
    const std::size_t lanes = hn::Lanes(real);
    auto low = hn::Zero(wide);
    auto high = hn::Zero(wide);
    Reals values[kUnroll];
    for (std::size_t i = 0; i < task.rows; i += kUnroll * lanes) {
        KernelStep(task, i, values);
        // A product of floats may round, and four of them; the sum over thousands may not.
        Reals part = hn::Zero(real);
        for (std::size_t u = 0; u < kUnroll; ++u) {
            part = hn::MulAdd(values[u], hn::Load(real, coefficients + i + u * lanes), part);
        }
        low = low + hn::PromoteTo(wide, hn::LowerHalf(half, part));
        high = high + hn::PromoteTo(wide, hn::UpperHalf(half, part));
    }
    return hn::GetLane(hn::SumOfLanes(wide, low + high));
}

#endif

}  // namespace tributary::classifier::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <string_view>

#include "classifier/predict/rbf_rows.hpp"

namespace tributary::classifier {

HWY_EXPORT(KernelRow);
HWY_EXPORT(KernelSum);

void kernel_row(const RbfTask& task, float* out) {
    HWY_DYNAMIC_DISPATCH(KernelRow)(task, out);
}

double kernel_sum(const RbfTask& task, const float* coefficients) {
    return HWY_DYNAMIC_DISPATCH(KernelSum)(task, coefficients);
}

namespace {

std::int64_t targets_of(std::string_view name) {
    if (name == "avx512") return HWY_AVX3 | HWY_AVX3_DL;
    if (name == "avx2") return HWY_AVX2;
    if (name == "ssse3") return HWY_SSSE3;
#if defined(__SSE2__)
    if (name == "sse2") return HWY_STATIC_TARGET;
#endif
    return 0;
}

}  // namespace

const char* instruction_set() {
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    const std::int64_t all = hwy::SupportedTargets() & HWY_TARGETS;
    const std::int64_t best = all & -all;
#if defined(__SSE2__)
    if (best == HWY_STATIC_TARGET) return "SSE2";
#endif
    return hwy::TargetName(best);
}

bool restrict_instruction_set(std::string_view name) {
    hwy::SetSupportedTargetsForTest(0);
    const std::int64_t wanted = targets_of(name);
    const std::int64_t usable = (hwy::SupportedTargets() | HWY_STATIC_TARGET) & HWY_TARGETS;
    const bool possible = name == "best" || (wanted & usable) != 0;
    if (possible && name != "best") hwy::SetSupportedTargetsForTest(wanted & usable);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    return possible;
}

}  // namespace tributary::classifier
#endif
