// SPDX-License-Identifier: MIT
#include "embed_recording.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "made_of.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/clip/clips_of.hpp"
#include "mgkit/clip/prepare.hpp"
#include "mgkit/data/convert_recording.hpp"
#include "mgkit/data/findings_json.hpp"
#include "mgkit/encode/embed.hpp"
#include "mgkit/encode/input_for.hpp"
#include "mgkit/encode/load_pretrained.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/csv.hpp"
#include "mgkit/io/npy.hpp"
#include "mgkit/report/escape.hpp"
#include "mgkit/version.hpp"
#include "outputs.hpp"

namespace mgfm {

using namespace mgkit;

namespace {

using embedding_tensor = eigen::tensor<float>;

constexpr double window_seconds = 2, step_seconds = 1, assumed_rate = 25;

/// The encoder of the library that reads most joints of a skeleton.
/// Errors: none reads any.
encode::pretrained_encoder best_encoder(const data::recording& r, const std::string& path) {
    std::optional<encode::pretrained_encoder> best;
    std::string known;
    int most = 0;
    for (const auto& one : encode::pretrained_encoders()) {
        known += (known.empty() ? "" : " or ") + one.skeleton;
        int joints = 0;
        skeleton::all::for_each([&]<class To>(type_tag<To>) {
            if (To::name == one.skeleton) joints = data::converted_joints<To>(r.topology);
        });
        if (joints > most) best = one;
        most = std::max(most, joints);
    }
    if (!best)
        throw error(path, "recordings that convert to " + known,
                    text(r.topology.name, " of ", r.topology.joints.size(), " joints"),
                    "say what the joints are (--skeleton, --joints FILE.csv), or give an encoder "
                    "for them (--weights)");
    return *best;
}

/// An encoder at work on one recording after another.
class recording_encoder {
public:
    recording_encoder(const std::string& file, int threads)
        : ctx_{.threads = threads},
          loaded_(encode::load_encoder<embedding_tensor>(ctx_, file)),
          ready_(ctx_, loaded_.model) {
        encode::require_stated_input(loaded_.about, file);
        for (const auto& note : loaded_.notes) say("note: " + note);
    }

    const encode::description& about() const { return loaded_.about; }

    /// The recording with the joints and coordinates that the encoder reads.
    data::recording carried(data::recording r, data::findings& found) const {
        const auto& topology = loaded_.about.topology;
        const auto to = data::known_skeleton(topology);
        if (!to.empty() && data::known_skeleton(r.topology) != to)
            skeleton::all::for_each([&]<class To>(type_tag<To>) {
                if (To::name != to || data::converted_joints<To>(r.topology) == 0) return;
                const int lacking =
                    static_cast<int>(To::joints.size()) - data::converted_joints<To>(r.topology);
                found.add({data::finding_kind::left_out,
                           "joints_lacking",
                           text("joints of ", To::name, " that recordings of ", r.topology.name,
                                " never show"),
                           r.name,
                           lacking,
                           {}});
                r = data::convert_recording<To>(r);
            });
        if (r.topology.joints.size() == topology.joints.size()) {
            r.topology.centre = topology.centre;
            r.topology.scale_pair = topology.scale_pair;
        }
        if (!loaded_.about.channels.starts_with("xyz")) leave_depth_out(r, found);
        return r;
    }

    data::feature_table embed(const data::clip_set& ready) {
        return encode::embed(ctx_, ready_, encode::input_for(loaded_.about, ready), ready);
    }

private:
    static void leave_depth_out(data::recording& r, data::findings& found) {
        using skeleton::channel_layout;
        const auto shape = r.poses.shape();
        if (skeleton::coordinates(shape.layout) == 2) return;
        const bool confident = skeleton::has_confidence(shape.layout);
        skeleton::pose_shape flat = shape;
        flat.layout = confident ? channel_layout::xyc : channel_layout::xy;
        skeleton::pose<float> made;
        made.resize(flat, r.poses.length());
        const auto from = std::as_const(r.poses).view();
        const auto to = made.view();
        for (int t = 0; t < shape.frames; ++t)
            for (int v = 0; v < shape.joints; ++v)
                for (int c = 0; c < skeleton::channels(flat.layout); ++c)
                    to.at(c, t, v) = from.at(c == 2 ? 3 : c, t, v);
        r.poses = std::move(made);
        found.add({data::finding_kind::left_out,
                   "depth",
                   "recordings whose third coordinate a 2-D encoder does not read",
                   r.name,
                   1,
                   {}});
    }

    context ctx_;
    encode::loaded_encoder<encode::any_encoder<embedding_tensor>> loaded_;
    nn::prepared<encode::any_encoder<embedding_tensor>> ready_;
};

std::vector<data::segment> windows_over(const data::recording& r, const std::vector<int>& changes,
                                        data::findings& found) {
    const auto frames = [&r](double seconds) {
        return std::max(1, static_cast<int>(std::lround(seconds * r.fps)));
    };
    const int length = std::min(frames(window_seconds), r.frames()), step = frames(step_seconds);
    std::vector<data::segment> out;
    for (int start = 0; start + length <= r.frames(); start += step)
        out.push_back({start, start + length});
    if (out.back().end < r.frames()) out.push_back({r.frames() - length, r.frames()});
    const auto across = std::erase_if(out, [&changes](const data::segment& s) {
        return data::runs_across(changes, s.start, s.end);
    });
    found.add({data::finding_kind::left_out,
               "window_across_change",
               "windows across a change of the person in view",
               r.name,
               static_cast<std::int64_t>(across),
               {}});
    return out;
}

/// Rows of the two files.
struct embedded {
    data::feature_table features;
    std::string windows = "recording,start,end,start_seconds,end_seconds\n";
    std::set<double> rates;
    int recordings = 0;

    void add(const data::recording& r, recording_encoder& encoder,
             const std::vector<data::segment>& over, int threads, data::findings& found) {
        if (over.empty()) throw error("recording " + r.name, "a window of one person", "none");
        const clip::windows_of gestures{&r, over};
        const auto cut = clip::clips_of({&gestures, 1}, {.frames = over[0].length()});
        const auto ready = clip::prepare(encoder.about().prepared->clips, cut.clips, threads);
        const auto rows = encoder.embed(ready.clips);
        found.add({data::finding_kind::left_out,
                   "window_without_joint",
                   "windows that show no joint",
                   r.name,
                   cut.without_joint,
                   {}});
        found.add({data::finding_kind::left_out,
                   "window_unusable",
                   "windows that cannot be prepared: " + ready.left_out(),
                   r.name,
                   static_cast<std::int64_t>(ready.excluded.size()),
                   {}});
        features.columns = rows.columns;
        features.rows += rows.rows;
        features.values.insert(features.values.end(), rows.values.begin(), rows.values.end());
        for (const auto id : ready.clips.ids) {
            const auto& at = cut.places[id].window;
            const std::string fields[] = {r.name, text(at.start), text(at.end),
                                          report::fixed(at.start / r.fps, 3),
                                          report::fixed(at.end / r.fps, 3)};
            windows += io::csv_line(fields);
        }
        rates.insert(r.fps);
        ++recordings;
    }
};

void assume_rate(data::recording& r, data::findings& found) {
    if (r.fps > 0) return;
    r.fps = assumed_rate;
    found.add({data::finding_kind::assumed,
               "no_frame_rate",
               text("recordings that state no frame rate: ", assumed_rate,
                    " frames a second are assumed (--fps)"),
               r.name,
               1,
               {}});
}

}  // namespace

std::string features_name(const std::string& input) {
    auto path = std::filesystem::path(input).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();
    std::string stem = path.stem().string();
    if (stem.empty() || stem == "." || stem == "..") stem = "recordings";
    return stem + ".features.npy";
}

void embed_recordings(recording_embedding o) {
    if (o.out.empty()) o.out = features_name(o.how.corpus);
    std::string stem = o.out;
    for (const std::string end : {".npy", ".features"})
        if (stem.ends_with(end)) stem.resize(stem.size() - end.size());
    const std::string windows = stem + ".windows.csv";
    check_outputs(o.json, {o.out, windows}, {o.how.corpus, o.weights});
    std::string named;  // the skeleton that --joints asks for
    if (o.how.joints == "upper_body" || o.how.joints == "body25_upper15") named = o.how.joints;
    if (!o.how.joints.ends_with(".csv")) o.how.joints = "as-recorded";
    o.how.as_found = true;

    const recordings from = open(o.how);
    data::findings found = from.found(), told;
    std::unique_ptr<recording_encoder> at_work;
    std::string pretrained;
    embedded made;
    std::optional<error> fault;
    found.append(for_each_recording(
        from, o.how, entries_on(from, "all"), o.threads, "embedding",
        [&](std::size_t entry, loaded_recording& loaded) {
            if (!at_work) {
                if (o.weights.empty()) {
                    const auto one = named.empty() ? best_encoder(loaded.person, o.how.corpus)
                                                   : encode::find_pretrained(
                                                         encode::pretrained_encoders(), named);
                    encode::check_digest(one);
                    pretrained = one.name;
                    o.weights = one.file;
                }
                at_work = std::make_unique<recording_encoder>(o.weights, o.threads);
            }
            try {
                data::recording r = at_work->carried(std::move(loaded.person), told);
                assume_rate(r, told);
                const auto over = windows_over(r, loaded.people.cuts(), told);
                made.add(r, *at_work, over, o.threads, told);
            } catch (const error& why) {
                if (o.how.strict) throw;
                if (!fault) fault = why;
                data::leave_out(told, from.corpus.entries[entry].name, why);
            }
        }));
    found.append(told);
    if (made.recordings == 0) throw fault.value_or(error(o.how.corpus, "recordings", "none"));
    data::check(made.features, o.weights);
    const std::string kind = at_work->about().settings.at("encoder");
    const auto rows = static_cast<std::int64_t>(made.features.rows);
    io::write_npy(o.out, made.features.values,
                  {rows, static_cast<std::int64_t>(made.features.columns)});
    io::write_file(windows, made.windows);
    put_json(o.json, {{"program", "mgfm embed"},
                      {"version", mgkit::version},
                      {"recordings", made.recordings},
                      {"synthetic", from.corpus.about.synthetic},
                      {"rates", std::vector<double>(made.rates.begin(), made.rates.end())},
                      {"window_seconds", window_seconds},
                      {"step_seconds", step_seconds},
                      {"weights", report::clean(o.weights)},
                      {"weights_digest", digest_of_file(o.weights).hex()},
                      {"pretrained", pretrained.empty() ? io::json(nullptr) : io::json(pretrained)},
                      {"encoder", at_work->about().settings},
                      {"findings", data::to_json(found)},
                      {"features", report::clean(o.out)},
                      {"windows", report::clean(windows)},
                      {"rows", rows},
                      {"columns", made.features.columns}});
    print(text("mgfm embed: ", rows, " windows of ", window_seconds, " s, one every ", step_seconds,
               " s, x ", made.features.columns, " features; ", made.recordings,
               made.recordings == 1 ? " recording, encoder " : " recordings, encoder ",
               pretrained.empty() ? report::clean(o.weights) : pretrained, " (", kind, ")\n",
               lines_of(found), "Written: ", o.out, ", ", windows, "\n"),
          o.json);
}

}  // namespace mgfm
