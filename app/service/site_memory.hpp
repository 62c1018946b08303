#pragma once
// What a site remembers of its own records, one memory an object; in its state folder, so that a
// restart forgets nothing. Files `<folder>/<the id in hexadecimal>.memory`, readable by their
// owner; they never travel. A file that is damaged or of another schema is passed over with a
// warning: the object still holds what it has learnt. One thread per instance. Source: design of
// the classifier, section 1 (the reservoir stays on the site).

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "classifier/svm/local_memory.hpp"

namespace tributary::app {

class SiteMemories {
 public:
    /// @param width  features of the schema
    /// @param seed   of the random reservoirs; each object's follows from it and the object's id
    SiteMemories(std::size_t width, std::uint64_t seed) : width_(width), seed_(seed) {}

    /// Reads and writes files from now on.
    void keep_in(std::filesystem::path folder) { folder_ = std::move(folder); }

    /// The objects of which something is remembered.
    [[nodiscard]] std::vector<std::string> objects() const;

    /// Everything remembered for an object; empty when there is nothing.
    classifier::TrainingBatch rows(const std::string& id);

    /// Takes a batch that was contributed, and writes the file.
    /// @param model  the model that it led to
    /// @error mismatch (another width), io
    Status remember(const std::string& id, const classifier::TrainingBatch& batch,
                    const classifier::Model& model);

 private:
    classifier::LocalMemory& memory_of(const std::string& id);
    [[nodiscard]] std::optional<classifier::LocalMemory> load(const std::string& id) const;
    [[nodiscard]] std::filesystem::path file_of(const std::string& id) const;

    std::size_t width_;
    std::uint64_t seed_;
    std::optional<std::filesystem::path> folder_;
    std::map<std::string, classifier::LocalMemory> memories_;
};

}  // namespace tributary::app
