#pragma once
// Published records for tests of this folder: found through TRIBUTARY_DATA or beside the source
// tree; tests skip by name where they are absent. Any thread.

#include <filesystem>

#include "datasets/corpus/kdd.hpp"
#include "tests/support/paths.hpp"

namespace tributary::classifier::testing {

inline std::filesystem::path kdd_file(const char* name) {
    return tributary::testing::data_folder() / "kdd" / name;
}

}  // namespace tributary::classifier::testing

/// Skips the test unless the file is there; else declares `variable`.
#define TRIBUTARY_KDD_OR_SKIP(variable, name, labels)                                      \
    const auto variable##_path = ::tributary::classifier::testing::kdd_file(name);         \
    if (!std::filesystem::exists(variable##_path)) GTEST_SKIP() << (name) << " is absent"; \
    const auto variable##_read = ::tributary::datasets::load_kdd(variable##_path, labels); \
    ASSERT_TRUE(variable##_read) << variable##_read.error().message;                       \
    const ::tributary::datasets::LabelledRecords& variable = variable##_read->records
