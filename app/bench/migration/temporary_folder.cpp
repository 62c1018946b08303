#include "app/bench/migration/temporary_folder.hpp"

#include <cstdlib>
#include <utility>

namespace tributary::app {

Result<TemporaryFolder> TemporaryFolder::make() {
    std::string name = (std::filesystem::temp_directory_path() / "tributary-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) return TemporaryFolder(name);
    return fail(Errc::io, "cannot make a folder below " +
                              std::filesystem::temp_directory_path().string() +
                              ". Name another one in TMPDIR");
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

TemporaryFolder& TemporaryFolder::operator=(TemporaryFolder&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace tributary::app
