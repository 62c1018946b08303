#include "app/service/object_files.hpp"

#include "base/file.hpp"
#include "classifier/object/codec.hpp"

namespace tributary::app {

Result<ObjectFile> load_object(const std::filesystem::path& path) {
    auto bytes = read_file(path, classifier::kObjectLimit);
    if (!bytes) {
        return fail(bytes.error().code, bytes.error().message +
                                            ". Give the file of a classifier that this user may "
                                            "read");
    }
    auto object = classifier::decode_object(*bytes);
    if (!object) {
        return fail(object.error().code, path.string() + ": " + object.error().message +
                                             ". Give a file that train, query or models import "
                                             "wrote");
    }
    return ObjectFile{std::move(*bytes), std::move(*object)};
}

bool is_same_file(const std::filesystem::path& one, const std::filesystem::path& other) {
    std::error_code absent;
    return std::filesystem::equivalent(one, other, absent) && !absent;
}

}  // namespace tributary::app
