#pragma once
// Labelled records from a file, whatever holds them: KDD text, CSV with the columns of a schema,
// CSV with flow records, or a record batch of `flows --format batch`; told apart by their first
// bytes. And which of them are of an object's class. Any thread. Source: docs/formats.md.

#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "classifier/svm/training_set.hpp"
#include "datasets/label/label.hpp"

namespace tributary::app {

/// The class that stands for everything but "normal".
inline constexpr const char* kAttackClass = "attack";

/// `name` as known, or with its newest version added: "kdd41" is "kdd41/1".
/// @error not_found, naming the known ones
Result<const datasets::Schema*> find_schema_by_short_name(const std::string& name);

/// @param source  a file (plain, .zst or .gz), or "synthetic:ROWS" or "synthetic:ROWS:SEED" for
///                made-up records of kdd41
/// @error not_found, permission, io, limit_exceeded, mismatch, corrupt (naming line and column),
///        invalid_argument (a made-up source that is not understood)
Result<datasets::LabelledRecords> load_records(const std::string& source,
                                               const datasets::Schema& schema);

/// Makes labels coarser: "names" leaves them, "categories" makes the categories of KDD of them,
/// "attack" tells attack from normal only.
/// @error invalid_argument (another word, or a label whose category is not known)
Status merge_labels(datasets::LabelledRecords& records, const std::string& into);

/// What a label says to the object of a class: 1 it is of the class, -1 it is not, 0 nothing is
/// known. A class may be a label, "attack", or a category of KDD ("dos", "probe", "r2l", "u2r").
int sign_of_label(const datasets::ClassName& label, const std::string& class_name);

/// The published data sets: the folder that TRIBUTARY_DATA names, else `shared/datasets` beside the
/// working folder or the program, or beside any folder above them; empty when there is none.
std::filesystem::path published_data_folder();

/// A file of the published data sets if it is there, else a made-up source; for load_records().
std::string published_or_made_up(const std::filesystem::path& file, const std::string& made_up);

}  // namespace tributary::app
