#include "checks/definition/mode_place.h"

#include "checks/definition/root_files.h"

namespace canarygate {

namespace fs = std::filesystem;

namespace {

std::optional<ModePlace> place_in(const ConfigRoot& root, const Shelf& shelf,
                                  const std::string& name, const YamlNode* holder) {
  const YamlNode* mode = holder == nullptr ? nullptr : holder->find("mode");
  if (mode == nullptr) return std::nullopt;
  const fs::path below = fs::path(shelf.folder) / (name + ".yaml");
  return ModePlace{(root.folder / below).string(), shown_path(root.folder, below), mode->line,
                   mode->column, false};
}

}  // namespace

std::optional<ModePlace> place_of_mode(const ConfigRoot& root, const std::string& check,
                                       const std::optional<std::string>& environment) {
  const auto& chosen = environment ? environment : root.environment;
  if (chosen) {
    const auto file = read_from(root.folder, kEnvironments, *chosen);
    const YamlNode* overrides = file ? file->root.find("overrides") : nullptr;
    const YamlNode* own = overrides == nullptr ? nullptr : overrides->find(check);
    if (auto place = place_in(root, kEnvironments, *chosen, own)) {
      place->override = true;
      return place;
    }
  }
  const auto file = read_from(root.folder, kChecks, check);
  return file ? place_in(root, kChecks, check, &file->root) : std::nullopt;
}

std::optional<std::string> with_hard_mode(const std::string& text, const ModePlace& place) {
  std::size_t at = 0;
  for (std::size_t line = 1; line < place.line; ++line) {
    at = text.find('\n', at);
    if (at == std::string::npos) return std::nullopt;
    ++at;
  }
  // Columns are characters: bytes that continue one do not count.
  for (std::size_t column = 1; column < place.column && at < text.size(); ++column) {
    for (++at; at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;) ++at;
  }
  if (at < text.size() && (text[at] == '"' || text[at] == '\'')) ++at;
  if (text.compare(at, 4, "soft") != 0) return std::nullopt;
  std::string edited = text;
  edited.replace(at, 4, "hard");
  return edited;
}

}  // namespace canarygate
