// SPDX-License-Identifier: MIT
#include "made_of.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <span>
#include <system_error>

#include "mgkit/core/settings_text.hpp"
#include "mgkit/data/clip_digests.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "mgkit/version.hpp"

namespace mgfm {

using namespace mgkit;
namespace fs = std::filesystem;

recipe data_parts(const corpus& from) {
    return data::recipe_of(from.read);
}

recipe read_parts(const corpus& from, const data::clip_set& clips) {
    digest out;
    for (const auto id : clips.ids) out.add(from.read_clips.at(id));
    return {{"coordinates as read", out.hex()}};
}

recipe preparation_parts(const data_options& options, const std::string& reference) {
    data_options decided = options;
    decided.reference = reference;
    std::string words;
    for (const auto& [name, value] : decided.words())
        words += (words.empty() ? "" : ", ") + name + " " + value;
    // The words are of the options; behind them stands whatever else preparing may come to depend
    // on.
    return {{"preparation",
             words + "; " + settings_text(preparation(decided)) + settings_text(policy(decided))}};
}

namespace {

/// Files at or below a path, by name.
std::vector<fs::path> files_of(const fs::path& path) {
    std::vector<fs::path> out;
    std::error_code code;
    if (!fs::is_directory(path, code)) return {path};
    for (fs::recursive_directory_iterator at(path, code), end; !code && at != end;
         at.increment(code))
        if (at->is_regular_file(code)) out.push_back(at->path());
    if (code) throw error(path.string(), "a readable folder", code.message());
    std::sort(out.begin(), out.end());
    return out;
}

/// Adds the names below `root` and the bytes of the files at or below `path`.
void add_files(digest& out, const fs::path& root, const fs::path& path) {
    for (const fs::path& file : files_of(path)) {
        out.add(file.lexically_relative(root).generic_string());
        out.add(digest_of_file(file.string()));
    }
}

digest bytes_of(const std::string& path) {
    digest out;
    std::error_code code;
    if (!path.empty() && fs::exists(path, code)) add_files(out, path, path);
    return out;
}

}  // namespace

recipe sampled_parts(const recording_options& recordings, const sampling_options& sampling,
                     const clip_output& output) {
    const data::corpus corpus = data::open_corpus(recordings.corpus, recordings.policy());
    digest poses;
    std::set<std::string> seen;
    for (const auto& entry : corpus.entries)
        if (seen.insert(entry.path).second) add_files(poses, recordings.corpus, entry.path);
    recipe out{{"recordings", poses.hex()}};
    const auto beside = [&](const char* part, const char* file) {
        out.set(part, bytes_of(recordings.corpus + "/" + file).hex());
    };
    beside("recordings.csv", "recordings.csv");
    beside("annotations", "segments.csv");
    beside("corpus.json", "corpus.json");
    out.set("other annotations", bytes_of(recordings.segments).hex());
    out.set("prior", sampling.prior == "smg" ? "smg" : bytes_of(sampling.prior).hex());
    out.set("joints of the files",
            bytes_of(recordings.joints.ends_with(".csv") ? recordings.joints : "").hex());
    recording_options how = recordings;
    sampling_options draw = sampling;
    clip_output into = output;
    how.corpus.clear();
    how.segments.clear();
    draw.prior.clear();
    into.folder.clear();
    out.set("reading", settings_text(how));
    out.set("sampler", settings_text(draw) + settings_text(into));
    return out.set("version", version);
}

std::string line_of(const recipe& parts) {
    std::string out;
    for (const auto& [name, words] : parts.parts())
        out += (out.empty() ? "" : "; ") + name + ": " + words;
    return out;
}

recipe parts_of(const std::string& line) {
    recipe out;
    for (std::size_t at = 0; at < line.size();) {
        const std::size_t end = std::min(line.find("; ", at), line.size());
        const std::string part = line.substr(at, end - at);
        const std::size_t colon = part.find(": ");
        if (colon == std::string::npos)
            out.set(part, "stated");
        else
            out.set(part.substr(0, colon), part.substr(colon + 2));
        at = end + 2;
    }
    return out;
}

digest digest_of_file(const std::string& path) {
    const io::mapped_file file(path);
    return digest().add(std::span(file.bytes()));
}

}  // namespace mgfm
