#pragma once
// The versions of each object that this site has made or seen, newest sixteen, in its state folder:
// what a rollback goes back to. Files `<folder>/<hash of the id>-<version>.trb`. Any thread; one
// writer at a time.
// Source: design of the classifier, section 5.

#include <filesystem>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace tributary::app {

class ObjectHistory {
 public:
    static constexpr std::size_t kVersionsKept = 16;

    explicit ObjectHistory(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// Keeps one encoded version and drops the oldest beyond the limit.
    /// @error corrupt (not an object), io
    Status keep(ByteView encoded) const;

    /// @param version  the model version
    /// @error not_found (names the versions that there are), io
    [[nodiscard]] Result<Bytes> load(const std::string& id, std::uint64_t version) const;

    /// Versions kept of an object, ascending.
    [[nodiscard]] std::vector<std::uint64_t> versions(const std::string& id) const;

 private:
    [[nodiscard]] std::filesystem::path file_of(const std::string& id, std::uint64_t version) const;

    std::filesystem::path folder_;
};

}  // namespace tributary::app
