// SPDX-License-Identifier: MIT
#include "pipeline.hpp"

#include <algorithm>
#include <utility>

#include "mgkit/backend/eigen.hpp"
#include "mgkit/clip/travel.hpp"
#include "mgkit/core/parallel.hpp"
#include "mgkit/data/read_folder.hpp"
#include "mgkit/data/source.hpp"
#include "mgkit/data/split.hpp"
#include "mgkit/data/synthetic.hpp"
#include "mgkit/encode/classifier.hpp"
#include "mgkit/probe/neighbours.hpp"
#include "training.hpp"

namespace mgfm {

using namespace mgkit;

clip::preprocess_settings preparation(const data_options& options) {
    clip::preprocess_settings settings;
    settings.fit = clip::fit_rule::keep;
    settings.scale = options.scale == "body"    ? clip::scale_rule::body
                     : options.scale == "image" ? clip::scale_rule::image
                                                : clip::scale_rule::none;
    settings.image_side = options.image_side;
    settings.reference = options.reference == "frame"  ? clip::reference_rule::per_frame
                         : options.reference == "none" ? clip::reference_rule::none
                                                       : clip::reference_rule::per_clip;
    return settings;
}

data::read_policy policy(const data_options& options) {
    data::read_policy out;
    out.zeros = options.zeros == "missing"   ? data::zero_rule::missing
                : options.zeros == "present" ? data::zero_rule::present
                                             : data::zero_rule::as_declared;
    out.not_finite = options.not_finite == "mark" ? data::not_finite_rule::mark_invalid
                                                  : data::not_finite_rule::reject;
    return out;
}

corpus load(const data_options& options, int threads, const skeleton::dynamic* as,
            const change_of_clips& change) {
    corpus out;
    data::clip_set clips;
    if (options.synthetic) {
        clips = data::make_synthetic();
    } else {
        data::require_clips(options.folder);
        auto loaded = data::read_folder(options.folder, policy(options));
        clips = std::move(loaded.clips);
        out.report = std::move(loaded.report);
    }
    out.read = data::digests_of(clips);
    for (int i = 0; i < clips.size(); ++i)
        out.read_clips[clips.ids[static_cast<std::size_t>(i)]] = data::digest_of(clips.clip(i));
    if (as && as->joints.size() == clips.topology.joints.size()) {
        clips.topology.centre = as->centre;
        clips.topology.scale_pair = as->scale_pair;
    }
    if (change) clips = change(clips);
    clip::preprocess_settings settings = preparation(options);
    auto prepared = clip::prepare(settings, clips, threads);
    if (options.reference == "auto") {
        settings.reference = clip::reference_rule::per_frame;
        out.by_frame = std::make_shared<late_clips>(std::move(clips), settings, threads);
    }
    out.clips = std::move(prepared.clips);
    out.unusable = static_cast<int>(prepared.excluded.size());
    out.unusable_reasons = prepared.left_out();
    return out;
}

data::findings corpus::found() const {
    data::findings out = clips.about.found;
    out.append(report.found);
    out.add(data::finding_kind::left_out, "clips_unusable",
            "clips that cannot be prepared: " + unusable_reasons, unusable);
    return out;
}

namespace {

bool walks(const corpus& from, std::span<const int> training) {
    constexpr double body_sizes = 1;
    return clip::centre_travel({}, from.clips, training) > body_sizes;
}

}  // namespace

late_clips::late_clips(data::clip_set recorded, const clip::preprocess_settings& settings,
                       int threads)
    : recorded_(std::move(recorded)), settings_(settings), threads_(threads) {}

data::clip_set& late_clips::get() {
    if (!prepared_) prepared_ = clip::prepare(settings_, recorded_, threads_).clips;
    return *prepared_;
}

const data::clip_set& positioned(const corpus& from, std::span<const int> training) {
    return from.by_frame && walks(from, training) ? from.by_frame->get() : from.clips;
}

std::string reference_of(const corpus& from, const std::string& stated,
                         std::span<const int> training) {
    if (!from.by_frame) return stated;
    return walks(from, training) ? "frame" : "clip";
}

std::string settle_reference(corpus& from, data_options& options, std::span<const int> training,
                             const std::string& whose) {
    if (!from.by_frame) return "stated";
    options.reference = reference_of(from, options.reference, training);
    if (options.reference == "frame") from.clips = std::move(from.by_frame->get());
    from.by_frame.reset();
    const std::string decided_by = text("how far ", training.size(), " clips travel, ", whose);
    say("note: positions are taken per " + options.reference + ", from " + decided_by);
    return decided_by;
}

std::string positions_in_words(const corpus& from, const std::set<std::string>& rules) {
    std::string out;
    for (const auto& rule : rules) out += (out.empty() ? "per " : ", per ") + rule;
    return from.by_frame ? out + " (from how far the training clips travel)" : out;
}

void announce(const corpus& from, int threads) {
    for (const auto& sentence : from.found().sentences()) say("note: " + sentence);
    const int used = usable_threads(threads);
    say(text("note: matrix products by ", gemm::default_provider::name, ", ", used,
             used == 1 ? " thread" : " threads",
             used < threads ? " (the program has no OpenMP)" : ""));
}

std::vector<int> subjects(const data::clip_set& clips) {
    return data::subjects_of(clips, data::all_of(clips));
}

report::study_curve loss_curve(const std::string& name,
                               const std::vector<train::epoch_record>& history) {
    report::study_curve out{name, {}, {}, {}};
    for (const auto& epoch : history) {
        out.x.push_back(epoch.epoch + 1);
        out.y.push_back(epoch.loss);
        out.rate.push_back(epoch.rate);
    }
    return out;
}

encode::clip_input input_of(const corpus& from, const data_options& data,
                            const model_options& model, skeleton::stream stream) {
    return {from.clips.topology,
            from.clips.shape,
            {.frames = model.frames, .stream = stream, .confidence = data.confidence}};
}

trained_encoder::trained_encoder(const encode::clip_input& input, const model_options& model,
                                 std::uint64_t seed, int threads)
    : state_(std::make_unique<state>(input, model, seed, threads)) {}
trained_encoder::~trained_encoder() = default;
trained_encoder::trained_encoder(trained_encoder&&) noexcept = default;
trained_encoder& trained_encoder::operator=(trained_encoder&&) noexcept = default;

void try_encoder(const corpus& from, const data_options& data, const model_options& model,
                 const std::vector<std::string>& streams) {
    for (const auto& stream : streams)
        trained_encoder(input_of(from, data, model, skeleton::parse_stream(stream)), model, 0, 1);
}

data::feature_table trained_encoder::embed(const data::clip_set& clips) {
    return encode::embed(state_->ctx, state_->model, state_->input, clips);
}

encode::description trained_encoder::describe(const corpus& from, const data_options& data) const {
    auto out = encode::describe(state_->model, state_->input, from.clips.topology,
                                {preparation(data), policy(data)});
    for (const int k : state_->classes) {
        const auto& names = from.clips.class_names;
        const auto at = static_cast<std::size_t>(k);
        out.classes.push_back(at < names.size() ? names[at] : text(k));
    }
    return out;
}

void trained_encoder::save(const std::string& path, const encode::description& about,
                           const io::text_map& metadata) {
    if (state_->classifier)
        encode::save_classifier(state_->ctx, path, state_->model, *state_->classifier, about,
                                metadata);
    else
        encode::save_encoder(state_->ctx, path, state_->model, about, metadata);
}

std::int64_t trained_encoder::parameters() const {
    return nn::parameter_count(state_->model);
}

probe::neighbours nearest(const data::feature_table& gallery, const data::feature_table& queries,
                          std::size_t k, int threads) {
    context ctx{.threads = threads};
    return probe::nearest<tensor>(ctx, gallery, queries, std::min(k, gallery.rows));
}

}  // namespace mgfm
