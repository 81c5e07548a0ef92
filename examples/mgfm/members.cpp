// SPDX-License-Identifier: MIT
#include "members.hpp"

#include <algorithm>
#include <set>

#include "mgkit/core/error.hpp"

namespace mgfm {

using namespace mgkit;

namespace {

bool is_one_of(const std::vector<std::string>& names, const std::string& word) {
    return std::find(names.begin(), names.end(), word) != names.end();
}

[[noreturn]] void refuse(const std::string& where, const std::string& expected,
                         const std::string& found, const std::string& remedy) {
    wrong_usage(error(where, expected, found, remedy).what());
}

/// The encoder before which a setting "bigru.width=64" stands; empty where none is named.
std::string owner_of(const std::string& setting) {
    const auto dot = setting.find('.');
    if (dot == setting.npos || dot > setting.find('=')) return {};
    const std::string name = setting.substr(0, dot);
    return is_one_of(encoder_names(), name) ? name : std::string();
}

/// Encoder and stream of "bigru:joint"; without a colon the encoder is empty.
std::pair<std::string, std::string> parts_of_stream(const std::string& words) {
    const auto colon = words.find(':');
    if (colon == words.npos) return {"", words};
    return {words.substr(0, colon), words.substr(colon + 1)};
}

}  // namespace

study_member member_of(const model_options& stated, const std::string& words) {
    const auto [encoder, stream] = parts_of_stream(words);
    const std::string where = "--streams " + words;
    if (words.find(':') != words.npos && !is_one_of(encoder_names(), encoder))
        refuse(where, "ENCODER:STREAM with one of " + joined(encoder_names()),
               encoder.empty() ? "no encoder" : "the encoder " + encoder,
               "mgfm list tells about them");
    if (!is_one_of(stream_names(), stream))
        refuse(where, "a stream, or ENCODER:STREAM, of " + joined(stream_names()),
               stream.empty() ? "no stream" : "the stream " + stream, "take one of these");
    study_member out{stated, skeleton::parse_stream(stream)};
    const bool own = encoder.empty() || encoder == stated.encoder;
    if (!own) {
        out.model.encoder = encoder;
        out.model.width = 0;
        out.model.heads = 0;
    }
    out.model.set.clear();
    for (const std::string& setting : stated.set) {
        const std::string owner = owner_of(setting);
        if (owner.empty() && own) out.model.set.push_back(setting);
        if (owner == out.model.encoder) out.model.set.push_back(setting.substr(owner.size() + 1));
    }
    return out;
}

std::vector<std::string> settled_streams(const model_options& stated,
                                         const std::vector<std::string>& streams) {
    std::vector<std::string> out;
    std::set<std::string> encoders;
    for (const std::string& words : streams) {
        const study_member member = member_of(stated, words);
        const std::string name = skeleton::name(member.stream);
        const std::string& encoder = member.model.encoder;
        out.push_back(encoder == stated.encoder ? name : encoder + ":" + name);
        if (std::count(out.begin(), out.end(), out.back()) > 1)
            refuse("--streams " + words, "every stream once", out.back() + " twice",
                   "leave one of them out");
        if (encoders.insert(encoder).second) check_settings(member.model);
    }
    for (const std::string& setting : stated.set) {
        const std::string owner = owner_of(setting);
        if (!owner.empty() && !encoders.contains(owner))
            refuse("--set " + setting,
                   "a setting of " +
                       joined(std::vector<std::string>(encoders.begin(), encoders.end())),
                   "one of " + owner + ", which sees no stream",
                   "add " + owner + ":joint to --streams, or leave it out");
    }
    return out;
}

void try_members(const corpus& from, const data_options& data, const model_options& stated,
                 const std::vector<std::string>& streams) {
    for (const std::string& words : streams) {
        const study_member member = member_of(stated, words);
        try_encoder(from, data, member.model, {skeleton::name(member.stream)});
    }
}

std::vector<study::setting> member_settings(const corpus& from, const data_options& data,
                                            const model_options& stated,
                                            const std::vector<std::string>& streams) {
    std::vector<study::setting> out;
    std::set<std::string> told;
    for (const std::string& words : streams) {
        const study_member member = member_of(stated, words);
        const std::string& encoder = member.model.encoder;
        if (!told.insert(encoder).second) continue;
        const auto input = input_of(from, data, member.model, member.stream);
        for (auto& setting : encoder_settings(input, member.model)) {
            if (told.size() > 1)
                setting.name = setting.name == "encoder" ? "encoder of " + words
                                                         : encoder + "." + setting.name;
            out.push_back(std::move(setting));
        }
    }
    return out;
}

}  // namespace mgfm
