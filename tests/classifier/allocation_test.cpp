// Scoring takes no memory per record: this program's operator new counts.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

#include "classifier/detect/detector.hpp"
#include "classifier/svm/engine.hpp"
#include "tests/classifier/synthetic.hpp"

namespace {

thread_local std::size_t allocations = 0;

void* counted_or_null(std::size_t size, std::size_t alignment) noexcept {
    ++allocations;
    const std::size_t whole = (std::max<std::size_t>(size, 1) + alignment - 1) / alignment;
    return std::aligned_alloc(alignment, whole * alignment);
}

void* counted(std::size_t size, std::size_t alignment) {
    if (void* const room = counted_or_null(size, alignment)) return room;
    throw std::bad_alloc();
}

/// Not inlined: where only one half of the pair is, the compiler takes them for mismatched.
[[gnu::noinline]] void release(void* room) {
    std::free(room);
}

}  // namespace

void* operator new(std::size_t size) {
    return counted(size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return counted(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return counted_or_null(size, alignof(std::max_align_t));
}
void operator delete(void* room) noexcept {
    release(room);
}
void operator delete(void* room, std::size_t) noexcept {
    release(room);
}
void operator delete(void* room, std::align_val_t) noexcept {
    release(room);
}
void operator delete(void* room, std::size_t, std::align_val_t) noexcept {
    release(room);
}

namespace tributary::classifier {
namespace {

using testing::kWidth;
using testing::Synthetic;

Model taught(ModelKind kind) {
    HyperParameters parameters;
    if (kind == ModelKind::rff_linear) parameters.fourier = 128;
    Synthetic source(11);
    return *(*make_engine(kind, kDefaultEngine))
                ->learn(Model::empty(kWidth, parameters, kind), source.batch(300));
}

TEST(Allocation, TheCounterCounts) {
    const std::size_t before = allocations;

    const auto some = std::make_unique<int>(1);

    EXPECT_EQ(allocations, before + 1);
    EXPECT_EQ(*some, 1);
}

TEST(Allocation, ScoringTakesNoMemory) {
    Synthetic source(12);
    const TrainingBatch rows = source.batch(200);
    std::vector<double> scores(rows.size());
    for (const ModelKind kind : {ModelKind::svm_rbf, ModelKind::rff_linear, ModelKind::one_class}) {
        const Predictor predictor(taught(kind));
        const std::size_t before = allocations;

        predictor.score(rows.features, scores);
        const double single = predictor.score(rows.features.row(0));

        EXPECT_EQ(allocations, before) << to_string(kind);
        EXPECT_EQ(single, scores[0]) << to_string(kind);
    }
}

TEST(Allocation, DetectionTakesMemoryForItsFirstBatchOnly) {
    Synthetic source(13);
    OneVsRest ensemble(kWidth);
    ASSERT_TRUE(ensemble.add({"scan", "tiny/1:scan", 1, 0, Predictor(taught(ModelKind::svm_rbf))}));
    Detector detector(std::move(ensemble));
    const TrainingBatch rows = source.batch(200);
    Detections detections;
    ASSERT_TRUE(detector.detect(rows.features, detections));
    const std::size_t before = allocations;

    const Status again = detector.detect(rows.features, detections);

    EXPECT_EQ(allocations, before);
    EXPECT_TRUE(again);
}

}  // namespace
}  // namespace tributary::classifier
