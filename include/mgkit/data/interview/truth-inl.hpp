// SPDX-License-Identifier: MIT
// Definitions of truth.hpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "mgkit/data/annotations.hpp"
#include "mgkit/data/interview/generator.hpp"
#include "mgkit/data/interview/truth.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/csv.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/io/npy.hpp"

namespace MGKIT_NAMESPACE::data::interview {

MGKIT_INLINE std::vector<std::string> class_names() {
    std::vector<std::string> out;
    for (const micro_gesture& g : micro_gestures) out.emplace_back(g.name);
    return out;
}

MGKIT_INLINE io::json to_json(const settings& s) {
    io::json out = io::json::object();
    for_each_setting(
        s, [&](std::string_view name, const auto& value) { out[std::string(name)] = value; });
    return out;
}

MGKIT_INLINE std::string cut_in_lines(const interview& one) {
    std::string out;
    for (const cut_in& c : one.cut_ins) {
        const std::string fields[] = {one.observed.name,
                                      text(c.start),
                                      text(c.end),
                                      std::string(name(c.kind)),
                                      c.other_subject >= 0 ? text(c.other_subject) : std::string(),
                                      c.replayed_from >= 0 ? text(c.replayed_from) : std::string()};
        out += io::csv_line(fields);
    }
    return out;
}

MGKIT_INLINE void add_marks(annotations& to, const interview& one) {
    const std::string& name = one.observed.name;
    auto& list = to.by_recording[name] = one.first;
    list.insert(list.end(), one.second.begin(), one.second.end());
    sort_segments(list);
    if (one.first.empty()) to.nothing_found[name].insert(0);
    if (one.second.empty()) to.nothing_found[name].insert(1);
}

namespace detail {

MGKIT_INLINE io::json parameters_of(const interview& one) {
    const plan& p = one.script;
    const subject& who = p.who;
    constexpr std::string_view rests[] = {"on_desk", "clasped", "one_at_face"};
    io::json events = io::json::array();
    for (const event& e : p.script.events) {
        io::json entry{{"label", e.label},
                       {"start", e.start},
                       {"end", e.end},
                       {"hand", e.both_hands           ? "both"
                                : e.hand == side::left ? "left"
                                                       : "right"},
                       {"usual_hand", e.usual_hand}};
        if (e.imitates >= 0) entry["imitates"] = e.imitates;
        events.push_back(std::move(entry));
    }
    return {{"subject",
             {{"id", who.id},
              {"width", who.width},
              {"upper_arm", who.body.upper_arm},
              {"forearm", who.body.forearm},
              {"hand", who.body.hand},
              {"head", who.body.head},
              {"torso", who.body.torso},
              {"hip", who.body.hip},
              {"mouth", who.body.mouth},
              {"lips", who.body.lips},
              {"rest", rests[static_cast<int>(who.rest)]},
              {"left_handed", who.left_handed},
              {"tempo", who.tempo},
              {"amplitude", who.amplitude},
              {"log_rate", who.log_rate}}},
            {"camera",
             {{"width", one.view.width},
              {"yaw", one.view.yaw},
              {"x", one.view.x},
              {"y", one.view.y},
              {"desk", one.view.desk},
              {"zoom_drift", one.view.zoom_drift},
              {"shear_drift", one.view.shear_drift},
              {"hertz", one.view.hertz},
              {"phase", one.view.phase}}},
            {"events_wanted", p.script.wanted},
            {"events_overlapping", p.script.overlapping},
            {"events", std::move(events)}};
}

}  // namespace detail

MGKIT_INLINE void write_truth(const std::string& folder, const interview& one, const settings& s,
                              bool latent) {
    const int frames = one.observed.frames();
    if (frames < 1 || one.latent.length() != frames)
        throw error("write_truth", "a recording with poses", one.observed.name + " without",
                    "use generator::make");
    std::error_code code;
    std::filesystem::create_directories(folder, code);
    if (code) throw error(folder, "a writable folder", code.message());
    if (latent) {
        const auto view = one.latent.view();
        const std::vector<float> values(view.values, view.values + view.shape.size());
        io::write_npy(folder + "/latent.npy", values, {3, frames, view.shape.joints});
    }
    const std::vector<int> labels = one.frame_labels();
    io::write_npy(folder + "/frame_labels.npy",
                  std::vector<std::int32_t>(labels.begin(), labels.end()), {frames});
    annotations marks{class_names(), {}};
    marks.by_recording[one.observed.name] = one.truth;
    write_annotations(folder + "/segments.csv", marks);
    add_marks(marks, one);
    write_annotations(folder + "/annotators.csv", marks);
    io::write_file(folder + "/cut_ins.csv", std::string(cut_in_columns) + cut_in_lines(one));
    io::json about{{"recording", one.observed.name},
                   {"frames", frames},
                   {"fps", frame_rate},
                   {"outcome", one.observed.result == outcome::win ? "win" : "loss"},
                   {"split", one.test_split ? "test" : "train"},
                   {"seed", s.seed},
                   {"generator_version", generator_version},
                   {"settings", to_json(s)},
                   {"parameters", detail::parameters_of(one)},
                   {"note", purpose}};
    io::write_json(folder + "/truth.json", about);
}

}  // namespace MGKIT_NAMESPACE::data::interview
