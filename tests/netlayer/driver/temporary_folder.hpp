#pragma once
// A fresh folder that is removed with its content at the end of a test. One thread.

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace tributary::netlayer {

class TemporaryFolder {
 public:
    TemporaryFolder() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "tributary-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path_ = pattern;
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
    std::filesystem::path path_;
};

}  // namespace tributary::netlayer
