#include "datasets/flow/export_template.hpp"

namespace tributary::datasets {

std::optional<ExportTemplate> read_template(ByteReader& reader, std::size_t count,
                                            bool is_options) {
    if (count == 0 || count > ExportTemplate::kMaxFields) return std::nullopt;
    ExportTemplate made;
    made.is_options = is_options;
    made.fields.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        TemplateField field;
        field.element = reader.be16();
        field.length = reader.be16();
        made.shortest += field.length == ExportTemplate::kVariable ? 1 : field.length;
        made.fields.push_back(field);
    }
    if (!reader.ok() || made.shortest == 0) return std::nullopt;
    return made;
}

bool ExportValues::read(ByteReader& reader, const ExportTemplate& description) {
    ++record_;
    for (const TemplateField& field : description.fields) {
        std::size_t length = field.length;
        if (field.length == ExportTemplate::kVariable) {
            length = reader.u8();
            if (length == 255) length = reader.be16();
        }
        const ByteView value = reader.take(length);
        if (field.element < kElements) seen_[field.element] = {record_, value};
    }
    return reader.ok();
}

ByteView ExportValues::bytes(Element element) const {
    const Seen& seen = seen_[static_cast<std::size_t>(element)];
    return seen.record == record_ ? seen.value : ByteView{};
}

std::optional<std::uint64_t> ExportValues::number(Element element) const {
    const ByteView value = bytes(element);
    if (value.empty() || value.size() > 8) return std::nullopt;
    return ByteReader(value).be_uint(value.size());
}

std::uint64_t ExportValues::first_of(Element one, Element other, std::uint64_t fallback) const {
    if (const auto value = number(one)) return *value;
    return number(other).value_or(fallback);
}

}  // namespace tributary::datasets
