#include "classifier/svm/local_memory.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "classifier/predict/predictor.hpp"

namespace tributary::classifier {

namespace {

constexpr std::uint32_t kMemoryMagic = 0x324d5254;  // "TRM2"

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

void LocalMemory::reserve(FeatureRow row, std::int8_t sign) {
    Part& own = reservoir_[sign > 0 ? 1 : 0];
    Part& other = reservoir_[sign > 0 ? 0 : 1];
    std::vector<std::uint8_t> entry(row.begin(), row.end());
    ++own.offered;
    Random random = decision(seed_, own.offered + other.offered);
    if (reservoir_size() < kReservoirLimit) {
        own.rows.push_back(std::move(entry));
    } else if (own.rows.size() < kReservoirLimit / 2) {
        const auto place = static_cast<std::size_t>(random.below(other.rows.size()));
        std::swap(other.rows[place], other.rows.back());
        other.rows.pop_back();
        own.rows.push_back(std::move(entry));
    } else {
        const std::uint64_t place = random.below(own.offered);
        if (place < own.rows.size()) own.rows[static_cast<std::size_t>(place)] = std::move(entry);
    }
}

Status LocalMemory::remember(const TrainingBatch& batch, const Model& model) {
    TRIBUTARY_CHECK(check_batch(batch));
    if (model.width() != width_ || (!batch.empty() && batch.features.width() != width_)) {
        return fail(Errc::mismatch, "the site's memory is of another schema than the object");
    }
    for (std::size_t i = 0; i < batch.size(); ++i) reserve(batch.features.row(i), batch.signs[i]);
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
    for (const std::size_t part : {0U, 1U}) {
        for (const auto& row : reservoir_[part].rows) all.append(row, part == 1 ? 1 : -1);
    }
    return all;
}

Bytes LocalMemory::save() const {
    ByteWriter writer;
    writer.u32(kMemoryMagic);
    writer.u32(static_cast<std::uint32_t>(width_));
    writer.u64(seed_);
    for (const Part& part : reservoir_) {
        writer.u64(part.offered);
        writer.u32(static_cast<std::uint32_t>(part.rows.size()));
    }
    writer.u32(static_cast<std::uint32_t>(near_margin_.size()));
    for (const Part& part : reservoir_) {
        for (const auto& row : part.rows) writer.put(row);
    }
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
    LocalMemory memory(std::max<std::size_t>(width, 1), seed);
    std::array<std::size_t, 2> sizes{};
    for (std::size_t part = 0; part < 2; ++part) {
        memory.reservoir_[part].offered = reader.u64();
        sizes[part] = reader.u32();
    }
    const std::size_t near_margin = reader.u32();
    if (!reader.ok() || !magic_ok || width == 0 || width > kWidthLimit) {
        return fail(Errc::corrupt, "the site's memory file is damaged. Remove it to start afresh");
    }
    if (sizes[0] + sizes[1] > kReservoirLimit || near_margin > kNearMarginLimit ||
        sizes[0] > memory.reservoir_[0].offered || sizes[1] > memory.reservoir_[1].offered) {
        return fail(Errc::limit_exceeded, "the site's memory file holds more than it may");
    }
    if (reader.remaining() != (sizes[0] + sizes[1]) * width + near_margin * (width + 1)) {
        return fail(Errc::corrupt,
                    "the site's memory file is cut short. Remove it to start afresh");
    }
    for (std::size_t part = 0; part < 2; ++part) {
        for (std::size_t i = 0; i < sizes[part]; ++i) {
            const ByteView row = reader.take(width);
            memory.reservoir_[part].rows.emplace_back(row.begin(), row.end());
        }
    }
    for (std::size_t i = 0; i < near_margin; ++i) {
        const ByteView entry = reader.take(width + 1);
        memory.near_margin_.append(entry.first(width), entry.back() != 0 ? 1 : -1);
    }
    return memory;
}

}  // namespace tributary::classifier
