#include "netlayer/object/object.hpp"

#include <algorithm>

namespace tributary::netlayer {

bool valid_object_id(const ObjectId& id) {
    const auto printable = [](char c) { return c > ' ' && c <= '~'; };
    return !id.empty() && id.size() <= kMaxObjectIdBytes &&
           std::all_of(id.begin(), id.end(), printable);
}

}  // namespace tributary::netlayer
