#pragma once
// Which objects of a service belong to a site: those of the schema by which it meters. A service
// may hold objects of several schemas side by side; those of another are skipped by name.
// Pure functions; any thread.

#include "app/service/learner.hpp"

namespace tributary::app {

/// Objects of other schemas than a site's: object id -> its schema.
using SkippedObjects = std::map<std::string, std::string>;

struct SchemaObjects {
    ObjectBytes own;
    SkippedObjects skipped;
};

/// Parts the objects that somebody has taught; an object whose schema has the site's name and
/// another definition is skipped, too.
/// @param objects  encoded
/// @error corrupt
Result<SchemaObjects> objects_of_schema(const datasets::Schema& schema, const ObjectBytes& objects);

/// Fails when there are objects and all of them were skipped.
/// @error mismatch, naming what there is and the next step
Status require_own(const datasets::Schema& schema, const SchemaObjects& objects);

/// A sentence for stderr; empty when nothing was skipped.
std::string skipped_sentence(const std::string& schema_name, const SkippedObjects& skipped);

/// Rows of {"object", "features"} as JSON text.
std::string skipped_rows(const SkippedObjects& skipped);

}  // namespace tributary::app
