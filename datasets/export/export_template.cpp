#include "datasets/export/export_template.hpp"

namespace tributary::datasets {
namespace {

constexpr std::uint16_t kEnterpriseBit = 0x8000;
constexpr std::size_t kLongestExportRecord = 65'535;

TemplateField read_field(ByteReader& reader, FieldStyle style) {
    TemplateField field;
    field.element = reader.be16();
    field.length = reader.be16();
    if (style == FieldStyle::ipfix && (field.element & kEnterpriseBit) != 0) {
        field.element &= static_cast<std::uint16_t>(~kEnterpriseBit);
        field.enterprise = reader.be32();
    }
    return field;
}

/// Gives every slot to the best field that can fill it; of equal ones, to the first.
void assign_slots(std::vector<TemplateField>& fields, Layout& layout) {
    std::array<const SlotRule*, kSlots> best{};
    std::array<TemplateField*, kSlots> holder{};
    for (TemplateField& field : fields) {
        const SlotRule* rule = find_slot_rule(field.enterprise, field.element);
        if (rule == nullptr) continue;
        const bool is_variable = field.length == ExportTemplate::kVariable;
        if (!is_variable && !fits(rule->slot, field.length)) continue;
        const auto slot = static_cast<std::size_t>(rule->slot);
        if (best[slot] != nullptr && best[slot]->rank <= rule->rank) continue;
        if (holder[slot] != nullptr) holder[slot]->slot = Slot::none;
        best[slot] = rule;
        holder[slot] = &field;
        field.slot = rule->slot;
        layout.places[slot].unit = rule->unit;
    }
}

}  // namespace

std::optional<ExportTemplate> read_template(ByteReader& reader, const TemplateHead& head,
                                            FieldStyle style) {
    if (head.fields == 0 || head.fields > ExportTemplate::kMaxFields) return std::nullopt;
    if (head.scope_fields > head.fields) return std::nullopt;
    ExportTemplate made;
    made.is_options = head.is_options;
    made.fields.reserve(head.fields);
    for (std::size_t i = 0; i < head.fields; ++i) {
        TemplateField field = read_field(reader, style);
        field.is_scope = i < head.scope_fields;
        // NetFlow numbers scopes in a list of their own; they must not be taken for elements.
        if (field.is_scope && style == FieldStyle::netflow) field.element = 0;
        const bool is_variable = field.length == ExportTemplate::kVariable;
        made.is_variable = made.is_variable || is_variable;
        made.shortest += is_variable ? 1 : field.length;
        made.fields.push_back(field);
    }
    if (!reader.ok() || made.shortest == 0 || made.shortest > kLongestExportRecord)
        return std::nullopt;
    assign_slots(made.fields, made.layout);
    std::size_t end = 0;
    for (const TemplateField& field : made.fields) {
        if (field.length == ExportTemplate::kVariable) break;
        end += field.length;
        if (field.slot == Slot::none) continue;
        made.layout.put(field.slot, end, field.length);
    }
    return made;
}

std::size_t locate_record(const ExportTemplate& description, ByteView record, Layout& located) {
    if (record.size() < description.shortest) return 0;
    if (!description.is_variable) return description.shortest;
    located = description.layout;
    ByteReader reader(record);
    for (const TemplateField& field : description.fields) {
        std::size_t length = field.length;
        if (field.length == ExportTemplate::kVariable) {
            length = reader.u8();
            if (length == 255) length = reader.be16();
        }
        reader.skip(length);
        if (!reader.ok()) return 0;
        if (field.slot == Slot::none || !fits(field.slot, length)) continue;
        located.put(field.slot, reader.offset(), length);
    }
    return reader.offset();
}

}  // namespace tributary::datasets
