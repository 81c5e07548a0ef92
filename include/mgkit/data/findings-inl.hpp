// SPDX-License-Identifier: MIT
// Definitions of findings.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/data/findings.hpp"

namespace MGKIT_NAMESPACE::data {

MGKIT_COLD_INLINE std::string_view name(finding_kind kind) {
    switch (kind) {
        case finding_kind::assumed:
            return "assumed";
        case finding_kind::guessed:
            return "guessed";
        case finding_kind::left_out:
            return "left out";
        case finding_kind::repaired:
            return "repaired";
        case finding_kind::suspect:
            return "suspect";
    }
    return "";
}

namespace detail {

/// Words behind a count, which begin with a plural: "classes shown" for 1 is "class shown".
MGKIT_COLD_INLINE std::string counted(std::int64_t count, std::string_view words) {
    std::string out = text(count, " ", words);
    if (count != 1) return out;
    std::size_t begin = 2;
    for (int word = 0; word < 2 && begin < out.size(); ++word) {
        const std::size_t end = std::min(out.find_first_of(" ,", begin), out.size());
        if (out[end - 1] == 's' && (end < 2 || out[end - 2] != 's')) {
            const bool classes = out.substr(begin, end - begin).ends_with("sses");
            out.erase(end - (classes ? 2 : 1), classes ? 2 : 1);
            break;
        }
        begin = end + 1;
    }
    return out;
}

}  // namespace detail

MGKIT_COLD_INLINE void findings::add(finding one) {
    if (one.count == 0) return;
    auto same = std::find_if(all_.begin(), all_.end(), [&](const finding& f) {
        return f.code == one.code && f.recording == one.recording && f.words == one.words &&
               f.kind == one.kind;
    });
    if (same == all_.end())
        same = all_.insert(same, {one.kind, one.code, one.words, one.recording, 0, {}});
    same->count += one.count;
    auto& frames = same->frames;
    for (const int frame : one.frames)
        if (std::find(frames.begin(), frames.end(), frame) == frames.end()) frames.push_back(frame);
    std::sort(frames.begin(), frames.end());
    if (frames.size() > kept_frames) frames.resize(kept_frames);
}

MGKIT_COLD_INLINE void findings::add(finding_kind kind, std::string_view code,
                                     std::string_view words, std::int64_t count, int frame) {
    finding one{kind, std::string(code), std::string(words), {}, count, {}};
    if (frame >= 0) one.frames.push_back(frame);
    add(std::move(one));
}

MGKIT_COLD_INLINE void findings::append(const findings& other) {
    for (const finding& one : other.all_) add(one);
}

MGKIT_COLD_INLINE void findings::name_recording(std::string_view recording) {
    for (finding& one : all_)
        if (one.recording.empty()) one.recording = recording;
}

MGKIT_COLD_INLINE std::int64_t findings::count(std::string_view code) const {
    std::int64_t out = 0;
    for (const finding& one : all_) out += one.code == code ? one.count : 0;
    return out;
}

MGKIT_COLD_INLINE std::vector<std::string> findings::sentences() const {
    std::vector<std::string> out;
    std::vector<char> told(all_.size(), 0);
    for (std::size_t i = 0; i < all_.size(); ++i) {
        if (told[i] != 0) continue;
        const finding& first = all_[i];
        std::int64_t count = 0;
        std::size_t recordings = 0;
        for (std::size_t k = i; k < all_.size(); ++k) {
            const finding& other = all_[k];
            if (other.code != first.code || other.words != first.words || other.kind != first.kind)
                continue;
            told[k] = 1;
            count += other.count;
            if (!other.recording.empty()) ++recordings;
        }
        std::string line = text(name(first.kind), ": ", detail::counted(count, first.words));
        if (recordings > 1)
            line += text(", in ", recordings, " recordings, first ", first.recording);
        else if (recordings == 1)
            line += text(", in ", first.recording);
        for (std::size_t k = 0; k < first.frames.size(); ++k)
            line += text(k > 0                      ? ", "
                         : first.frames.size() == 1 ? ", frame "
                                                    : ", frames ",
                         first.frames[k]);
        if (first.frames.size() == kept_frames) line += ", ...";
        out.push_back(std::move(line));
    }
    return out;
}

}  // namespace MGKIT_NAMESPACE::data
