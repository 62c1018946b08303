#pragma once
// The incarnation number of a client: grows at every join, also over restarts and lost files.
// Format: `<folder>/incarnation`, one decimal number. One thread.

#include <filesystem>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "netlayer/identity.hpp"

namespace tributary::netlayer {

class Incarnations {
 public:
    /// @error corrupt, permission, io
    static Result<Incarnations> open(const std::filesystem::path& folder);

    /// A number larger than every earlier one, on disk before it is returned. It is at least the
    /// time in milliseconds, so that a lost file does not bring an old number back.
    /// @error io, permission, limit_exceeded
    Result<Incarnation> next(const Clock& clock);
    [[nodiscard]] Incarnation last() const { return last_; }

 private:
    Incarnations(std::filesystem::path file, Incarnation last)
        : file_(std::move(file)), last_(last) {}

    std::filesystem::path file_;
    Incarnation last_;
};

}  // namespace tributary::netlayer
