#pragma once
// A classifier in a file, as `train`, `query` and `models import` write it. Pure functions; any
// thread.

#include <filesystem>

#include "classifier/object/classifier_object.hpp"

namespace tributary::app {

struct ObjectFile {
    Bytes bytes;
    classifier::ClassifierObject object;
};

/// Every error names the file and what to do.
/// @error not_found, permission, io, limit_exceeded, corrupt, mismatch (a later format)
Result<ObjectFile> load_object(const std::filesystem::path& path);

/// Whether both names lead to one file that exists.
bool is_same_file(const std::filesystem::path& one, const std::filesystem::path& other);

}  // namespace tributary::app
