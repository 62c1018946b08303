#pragma once
// What a template of NetFlow v9 or IPFIX says about its records.
// Invariant: a template has at most kMaxFields fields, and its records have at least one byte and
// fewer than 65,536. Values; no thread rule.
// Source: RFC 3954 §5, §6; RFC 7011 §3.4.

#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "datasets/export/layout.hpp"

namespace tributary::datasets {

struct TemplateField {
    std::uint32_t enterprise = 0;
    std::uint16_t element = 0;
    std::uint16_t length = 0;  ///< kVariable: the record says
    Slot slot = Slot::none;    ///< that this field fills
    bool is_scope = false;     ///< says what an options record is about
};

struct ExportTemplate {
    static constexpr std::uint16_t kVariable = 0xffff;
    static constexpr std::size_t kMaxFields = 512;

    std::vector<TemplateField> fields;
    Layout layout;             ///< without places behind the first field of variable length
    bool is_options = false;   ///< records describe the exporter, not a flow
    bool is_variable = false;  ///< a field has variable length
    std::size_t shortest = 0;  ///< bytes of a record whose variable fields are empty
};

/// How a list of fields is written.
enum class FieldStyle {
    netflow,  ///< element, length
    ipfix,    ///< the same, and the enterprise where the element's first bit says so
};

/// What stands before a list of fields.
struct TemplateHead {
    std::size_t fields = 0;
    std::size_t scope_fields = 0;  ///< of these, the first ones
    bool is_options = false;
};

/// Reads the field descriptions and compiles them.
/// @return  nothing when they are cut off, too many, or make an empty or endless record
std::optional<ExportTemplate> read_template(ByteReader& reader, const TemplateHead& head,
                                            FieldStyle style);

/// Finds the end of the next record, and of one with variable lengths also its places.
/// @param record   from the first byte of the record to the end of the set
/// @param located  receives the layout when the template is variable
/// @return         bytes of the record; 0 when it is cut off
std::size_t locate_record(const ExportTemplate& description, ByteView record, Layout& located);

/// Calls `take(field, value)` for each field of a record that `locate_record` accepted.
template <typename Take>
void visit_fields(const ExportTemplate& description, ByteView record, Take take) {
    ByteReader reader(record);
    for (const TemplateField& field : description.fields) {
        std::size_t length = field.length;
        if (field.length == ExportTemplate::kVariable) {
            length = reader.u8();
            if (length == 255) length = reader.be16();
        }
        take(field, reader.take(length));
    }
}

}  // namespace tributary::datasets
