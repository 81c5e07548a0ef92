// SPDX-License-Identifier: MIT
#include "survey.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "mgkit/clip/prepare.hpp"
#include "mgkit/report/escape.hpp"
#include "mgkit/report/table.hpp"
#include "mgkit/skeleton/topology.hpp"
#include "pipeline.hpp"

namespace mgfm {

using namespace mgkit;

namespace {

spread spread_of(std::vector<int> values) {
    std::sort(values.begin(), values.end());
    return {values.front(), values[values.size() / 2], values.back()};
}

/// The number at the front of a free text such as "15 after taking every 2nd frame".
std::optional<double> leading_number(const std::string& words) {
    const auto start = words.find_first_of("0123456789");
    if (start == std::string::npos || start > 1) return std::nullopt;
    const double value = std::strtod(words.c_str() + start, nullptr);
    return value > 0 && value < 10000 ? std::optional(value) : std::nullopt;
}

/// The frame that shows most joints, the middle one of the first such clip.
void find_best_frame(survey& s) {
    int most = -1;
    for (int i = 0; i < s.clips.size(); ++i) {
        const auto clip = s.clips.clip(i);
        for (const int t : {clip.length / 2, 0, clip.length - 1}) {
            int count = 0;
            for (int v = 0; v < clip.shape.joints; ++v) count += clip.valid(t, v, 0);
            if (count <= most) continue;
            most = count;
            s.best_clip = i;
            s.best_frame = t;
        }
        if (most == s.clips.shape.joints) return;
    }
}

void add_notes(survey& s) {
    s.found = s.clips.about.found;
    s.found.append(s.report.found);
    const auto note = [&s](const auto&... parts) { s.notes.push_back(text(parts...)); };
    if (s.report.not_finite > 0)
        note(s.report.not_finite,
             " joints are NaN or infinite; other commands refuse them unless "
             "--not-finite mark is given");
    if (s.poses.exact_zero > 0)
        note(s.poses.exact_zero,
             " positions that count as visible are exactly 0; if that means not "
             "tracked, use --zeros missing or set zero_is_missing in meta.json");
    if (s.per_subject.size() < 2)
        note("only one subject: no score on people not trained on is possible");
    if (!s.clips.published) note("no split.npy: scores use folds of whole subjects");
    for (std::size_t k = 0; k < s.poses.joints.size(); ++k)
        if (s.poses.joints[k].seen == 0)
            note("joint ", k, " (", s.clips.topology.joints[k], ") is never visible");
}

}  // namespace

pose_survey::pose_survey(const skeleton::pose_shape& shape)
    : joints(static_cast<std::size_t>(shape.joints)),
      clips_per_person(static_cast<std::size_t>(shape.persons), 0),
      low(static_cast<std::size_t>(skeleton::coordinates(shape.layout)),
          std::numeric_limits<double>::infinity()),
      high(low.size(), -std::numeric_limits<double>::infinity()) {}

void pose_survey::add(const skeleton::pose_view<const float>& clip) {
    const int dims = skeleton::coordinates(clip.shape.layout);
    std::vector<int> visible(static_cast<std::size_t>(clip.length), 0);
    for (int m = 0; m < clip.shape.persons; ++m) {
        bool person_seen = false;
        for (int v = 0; v < clip.shape.joints; ++v) {
            joint_survey& joint = joints[static_cast<std::size_t>(v)];
            int gap = 0, gaps = 0, longest = 0, seen = 0;
            const auto close = [&] {
                gaps += gap > 0;
                longest = std::max(longest, gap);
                gap = 0;
            };
            for (int t = 0; t < clip.length; ++t) {
                if (!clip.valid(t, v, m)) {
                    ++gap;
                    continue;
                }
                close();
                ++seen;
                ++visible[static_cast<std::size_t>(t)];
                if (const float* c = clip.confidence())
                    joint.confidence += static_cast<double>(
                        c[(t * clip.shape.joints + v) * clip.shape.persons + m]);
                bool zero = true;
                for (int d = 0; d < dims; ++d) {
                    const auto k = static_cast<std::size_t>(d);
                    const double x = static_cast<double>(clip.at(d, t, v, m));
                    zero = zero && x == 0;
                    low[k] = std::min(low[k], x);
                    high[k] = std::max(high[k], x);
                }
                exact_zero += zero;
            }
            close();
            joint.seen += seen;
            joint.missing += clip.length - seen;
            if (seen == 0) continue;
            person_seen = true;
            joint.gaps += gaps;
            joint.longest_gap = std::max(joint.longest_gap, longest);
        }
        clips_per_person[static_cast<std::size_t>(m)] += person_seen;
    }
}

void pose_survey::finish() {
    for (auto& joint : joints)
        if (joint.seen > 0) joint.confidence /= static_cast<double>(joint.seen);
}

io::json joints_json(const skeleton::dynamic& topology, const pose_survey& poses, bool confidence) {
    io::json out = io::json::array();
    for (std::size_t j = 0; j < poses.joints.size(); ++j) {
        const auto& joint = poses.joints[j];
        out.push_back({{"index", j},
                       {"name", report::clean(topology.joints[j])},
                       {"parent", topology.parents[j]},
                       {"mirror", topology.mirror[j]},
                       {"missing_share", joint.missing_share()},
                       {"gaps", joint.gaps},
                       {"longest_gap", joint.longest_gap},
                       {"confidence", confidence && joint.seen > 0 ? io::json(joint.confidence)
                                                                   : io::json(nullptr)}});
    }
    return out;
}

std::string joint_table(const skeleton::dynamic& topology, const pose_survey& poses,
                        bool confidence) {
    report::table out({{"joint", report::align::right},
                       {"name", report::align::left},
                       {"parent", report::align::right},
                       {"mirror", report::align::right},
                       {"missing %", report::align::right},
                       {"gaps", report::align::right},
                       {"longest gap", report::align::right},
                       {"confidence", report::align::right}});
    for (std::size_t j = 0; j < poses.joints.size(); ++j) {
        const auto& joint = poses.joints[j];
        const bool root = topology.parents[j] == static_cast<int>(j);
        const bool own = topology.mirror[j] == static_cast<int>(j);
        out.add({text(j), topology.joints[j], root ? "root" : text(topology.parents[j]),
                 own ? "-" : text(topology.mirror[j]), report::percent(joint.missing_share()),
                 text(joint.gaps), text(joint.longest_gap),
                 confidence && joint.seen > 0 ? report::fixed(joint.confidence, 3) : "-"});
    }
    return out.str();
}

io::json ranges_json(const pose_survey& poses) {
    io::json out = io::json::array();
    for (std::size_t d = 0; d < poses.low.size(); ++d)
        if (poses.low[d] <= poses.high[d]) out.push_back({poses.low[d], poses.high[d]});
    return out;
}

std::string ranges_text(const pose_survey& poses) {
    std::string out;
    for (std::size_t d = 0; d < poses.low.size(); ++d)
        if (poses.low[d] <= poses.high[d])
            out += text(out.empty() ? "" : ", ", std::string(1, "xyz"[d]), " ",
                        report::fixed(poses.low[d], 3), " to ", report::fixed(poses.high[d], 3));
    return out;
}

survey look_at(const data_options& options) {
    data_options reading = options;
    reading.not_finite = "mark";
    auto loaded = data::read_folder(options.folder, policy(reading));
    survey s;
    s.clips = std::move(loaded.clips);
    s.report = std::move(loaded.report);
    const auto& clips = s.clips;
    s.channels = clips.shape.layout;
    if (s.report.confidence_added)
        s.channels = skeleton::coordinates(s.channels) == 2 ? skeleton::channel_layout::xy
                                                            : skeleton::channel_layout::xyz;
    s.unusable["no frame"] = s.report.no_frames;
    s.unusable["no visible joint"] = s.report.no_visible_joint;
    const auto settings = preparation(options);
    const auto joints = skeleton::references(clips.topology);
    for (int i = 0; i < clips.size(); ++i) {
        const auto frame = clip::find_body_frame<float>(settings, joints, clips.clip(i));
        if (frame.fault != clip::clip_fault::none) ++s.unusable[clip::describe(frame.fault)];
    }
    std::erase_if(s.unusable, [](const auto& entry) { return entry.second == 0; });
    s.frames = spread_of(clips.num_frames);
    s.fps = leading_number(clips.about.fps);
    s.per_class.assign(clips.class_names.size(), 0);
    for (const int label : clips.labels) ++s.per_class[static_cast<std::size_t>(label)];
    for (const int subject : clips.subjects) ++s.per_subject[subject];
    if (clips.published)
        for (const int side : *clips.published) ++(side == 1 ? s.test : s.train);
    s.poses = pose_survey(clips.shape);
    for (int i = 0; i < clips.size(); ++i) s.poses.add(clips.clip(i));
    s.poses.finish();
    find_best_frame(s);
    add_notes(s);
    return s;
}

}  // namespace mgfm
