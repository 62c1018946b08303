#include "classifier/svm/local_memory.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "classifier/predict/predictor.hpp"

namespace tributary::classifier {

namespace {

constexpr std::uint32_t kMemoryMagic = 0x4d4c5254;  // "TRLM"

void write_row(ByteWriter& writer, FeatureRow row, std::int8_t sign) {
    writer.put(row);
    writer.u8(sign > 0 ? 1 : 0);
}

/// A generator for one decision, so that a saved memory goes on as if it had never been saved.
Random decision(std::uint64_t seed, std::uint64_t number) {
    return Random(seed ^ (number * 0x9e3779b97f4a7c15U));
}

}  // namespace

LocalMemory::LocalMemory(std::size_t width, std::uint64_t seed) : width_(width), seed_(seed) {
    near_margin_.features = FeatureMatrix(width);
}

void LocalMemory::reserve_rows(const TrainingBatch& batch) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const FeatureRow row = batch.features.row(i);
        std::vector<std::uint8_t> entry(row.begin(), row.end());
        entry.push_back(batch.signs[i] > 0 ? 1 : 0);
        ++offered_;
        if (reservoir_.size() < kReservoirLimit) {
            reservoir_.push_back(std::move(entry));
            continue;
        }
        const std::uint64_t place = decision(seed_, offered_).below(offered_);
        if (place < kReservoirLimit) reservoir_[static_cast<std::size_t>(place)] = std::move(entry);
    }
}

Status LocalMemory::remember(const TrainingBatch& batch, const Model& model) {
    TRIBUTARY_CHECK(check_batch(batch));
    if (model.width() != width_ || (!batch.empty() && batch.features.width() != width_)) {
        return fail(Errc::mismatch, "the site's memory is of another schema than the object");
    }
    reserve_rows(batch);
    TrainingSet vectors(width_);
    for (std::size_t i = 0; i < model.coefficients.size(); ++i) {
        vectors.add(model.vectors.row(i), model.coefficients[i] > 0 ? 1 : -1, 1);
    }
    TrainingSet candidates(width_);
    for (const TrainingBatch* part :
         std::initializer_list<const TrainingBatch*>{&near_margin_, &batch}) {
        for (std::size_t i = 0; i < part->size(); ++i) {
            const FeatureRow row = part->features.row(i);
            if (!vectors.contains(row, part->signs[i])) candidates.add(row, part->signs[i], 1);
        }
    }
    std::vector<double> scores(candidates.size());
    Predictor(model).score(candidates.features(), scores);
    std::vector<std::size_t> order(scores.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(
        order, {}, [&](std::size_t i) { return std::fabs(candidates.sign(i) * scores[i] - 1); });
    order.resize(std::min(order.size(), kNearMarginLimit));
    TrainingBatch nearest;
    nearest.features = FeatureMatrix(width_);
    for (const std::size_t i : order) nearest.append(candidates.row(i), candidates.sign(i));
    near_margin_ = std::move(nearest);
    return {};
}

TrainingBatch LocalMemory::rows() const {
    TrainingBatch all = near_margin_;
    for (const std::vector<std::uint8_t>& entry : reservoir_) {
        all.append(FeatureRow(entry).first(width_), entry.back() != 0 ? 1 : -1);
    }
    return all;
}

Bytes LocalMemory::save() const {
    ByteWriter writer;
    writer.u32(kMemoryMagic);
    writer.u32(static_cast<std::uint32_t>(width_));
    writer.u64(seed_);
    writer.u64(offered_);
    writer.u32(static_cast<std::uint32_t>(reservoir_.size()));
    writer.u32(static_cast<std::uint32_t>(near_margin_.size()));
    for (const std::vector<std::uint8_t>& entry : reservoir_) writer.put(entry);
    for (std::size_t i = 0; i < near_margin_.size(); ++i) {
        write_row(writer, near_margin_.features.row(i), near_margin_.signs[i]);
    }
    return writer.take();
}

Result<LocalMemory> LocalMemory::load(ByteView bytes) {
    ByteReader reader(bytes);
    const bool magic_ok = reader.u32() == kMemoryMagic;
    const std::size_t width = reader.u32();
    const std::uint64_t seed = reader.u64();
    const std::uint64_t offered = reader.u64();
    const std::size_t reserved = reader.u32();
    const std::size_t near_margin = reader.u32();
    if (!reader.ok() || !magic_ok || width == 0 || width > kWidthLimit) {
        return fail(Errc::corrupt, "the site's memory file is damaged. Remove it to start afresh");
    }
    if (reserved > kReservoirLimit || near_margin > kNearMarginLimit || reserved > offered) {
        return fail(Errc::limit_exceeded, "the site's memory file holds more than it may");
    }
    if (reader.remaining() != (reserved + near_margin) * (width + 1)) {
        return fail(Errc::corrupt,
                    "the site's memory file is cut short. Remove it to start afresh");
    }
    LocalMemory memory(width, seed);
    memory.offered_ = offered;
    for (std::size_t i = 0; i < reserved; ++i) {
        const ByteView entry = reader.take(width + 1);
        memory.reservoir_.emplace_back(entry.begin(), entry.end());
    }
    for (std::size_t i = 0; i < near_margin; ++i) {
        const ByteView entry = reader.take(width + 1);
        memory.near_margin_.append(entry.first(width), entry.back() != 0 ? 1 : -1);
    }
    return memory;
}

}  // namespace tributary::classifier
