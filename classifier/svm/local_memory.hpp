#pragma once
// What a site remembers of its own records for one object: a random reservoir (3,000) and the
// records nearest to the margin that are not support vectors (500). It makes up for what support
// vectors alone forget, and it never travels.
// Invariants: at most kReservoirLimit + kNearMarginLimit rows; while the reservoir is full, the
// class seen less often has half of it or everything that was offered, because of a rare attack
// every record counts; within a class every record offered has the same chance; the same seed and
// the same records give the same memory. One thread per instance.
// Source: design of the classifier, sections 1 and 6.

#include <array>

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "classifier/svm/training_set.hpp"

namespace tributary::classifier {

inline constexpr std::size_t kReservoirLimit = 3000;
inline constexpr std::size_t kNearMarginLimit = 500;

class LocalMemory {
 public:
    LocalMemory(std::size_t width, std::uint64_t seed);

    /// Takes a contributed batch into the reservoir and renews the near-margin set. Call it after
    /// the object was released: it needs no possession.
    /// @param model  the model that the batch led to
    /// @error mismatch (another width)
    Status remember(const TrainingBatch& batch, const Model& model);

    /// Everything remembered, for Engine::update.
    [[nodiscard]] TrainingBatch rows() const;
    [[nodiscard]] std::size_t reservoir_size() const {
        return reservoir_[0].rows.size() + reservoir_[1].rows.size();
    }
    [[nodiscard]] std::size_t near_margin_size() const { return near_margin_.size(); }

    /// For the site's own state folder; never sent.
    [[nodiscard]] Bytes save() const;
    /// @error corrupt, limit_exceeded
    static Result<LocalMemory> load(ByteView bytes);

 private:
    /// The part of the reservoir that holds one class.
    struct Part {
        std::uint64_t offered = 0;  ///< records of the class so far
        std::vector<std::vector<std::uint8_t>> rows;
    };

    void reserve(FeatureRow row, std::int8_t sign);

    std::size_t width_;
    std::uint64_t seed_;
    std::array<Part, 2> reservoir_;  ///< of -1 and of +1
    TrainingBatch near_margin_;
};

}  // namespace tributary::classifier
